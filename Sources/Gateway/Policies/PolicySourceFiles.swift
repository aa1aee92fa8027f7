internal import Foundation
internal import Policy
internal import Text

/// Where the policy comes from: a file, a folder of `*.yaml`, or what is shipped.
struct PolicySourceFiles: Sendable {
    let path: String?
    let trustDomain: String
    let datacenter: String

    /// Reads, compiles, and runs the tests that the files carry.
    ///
    /// - Throws: ``PolicyFault`` with every error as `file:line:column`, failed tests included.
    func load() throws(PolicyFault) -> CompiledPolicy {
        try checkCustody()
        let runner = PolicyTestRunner(datacenter: datacenter)
        let report =
            path.map {
                PolicyCheck.run(
                    paths: [$0], trustDomain: trustDomain, runner: runner, warns: false)
            }
            ?? PolicyCheck.run(
                files: [.shipped], trustDomain: trustDomain, runner: runner, warns: false)
        let errors = report.findings.filter { $0.severity == .error }
        guard errors.isEmpty, let policy = report.policies.first else {
            throw PolicyFault(
                file: errors.first?.file ?? path ?? "",
                description: errors.map(\.description).joined(separator: "\n"))
        }
        return policy
    }

    /// Refuses files that others than us and root could change.
    private func checkCustody() throws(PolicyFault) {
        guard let path else { return }
        let custodian = Custodian()
        var faults: [(file: String, text: String?)] = []
        if isFolder(path) {
            faults.append((path, custodian.fault(at: path, "the policy folder")))
        } else {
            let folder = (path as NSString).deletingLastPathComponent
            let place = folder.isEmpty ? "." : folder
            faults.append(
                (path, custodian.fault(at: place, "the policy's folder", mayBeShared: true)))
        }
        for (_, place) in places(of: path) {
            faults.append((place, custodian.fault(at: place, "the policy file")))
        }
        guard let first = faults.first(where: { $0.text != nil }) else { return }
        let lines = faults.compactMap { fault in
            fault.text.map { "\(fault.file):1:1: error: \($0)" }
        }
        throw PolicyFault(file: first.file, description: lines.joined(separator: "\n"))
    }

    /// Reads the files at a start, when nobody has seen them before: as soon as they keep still.
    func loadAtStart() async throws -> (policy: CompiledPolicy, stamp: PolicyStamp) {
        for _ in 0..<PolicyLimits.startReadsMax {
            let before = stamp()
            let result = Result { () throws(PolicyFault) in try load() }
            if stamp() == before { return (try result.get(), before) }
            try await Task.sleep(for: PolicyLimits.startReadPause)
        }
        let place = path ?? ""
        throw PolicyFault(
            file: place, description: "\(place): the policy files change faster than they are read")
    }

    /// The files as they are now.
    func stamp() -> PolicyStamp {
        guard let path else { return PolicyStamp() }
        var stamp = PolicyStamp()
        for (name, place) in places(of: path) {
            stamp.files[ExactText(name)] = FileStamp(path: place)
        }
        return stamp
    }

    /// The folder in which the files get their names, all links followed; nil where there is none.
    var folder: String? {
        guard let path else { return nil }
        let place = isFolder(path) ? path : (path as NSString).deletingLastPathComponent
        guard let resolved = realpath(place.isEmpty ? "." : place, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private func places(of path: String) -> [(name: String, place: String)] {
        guard isFolder(path) else { return [((path as NSString).lastPathComponent, path)] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.map { ($0, path + "/" + $0) }
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }
}

/// Why policy files can't be put into force: a line each, with its place.
struct PolicyFault: Error, CustomStringConvertible {
    /// The first file that something is wrong with.
    let file: String
    let description: String
}
