internal import Foundation
internal import Policy

/// Where the policy comes from: a file, a folder of `*.yaml`, or what is shipped.
struct PolicySourceFiles: Sendable {
    let path: String?
    let trustDomain: String
    let datacenter: String

    /// Reads, compiles, and runs the tests that the files carry.
    ///
    /// - Throws: ``PolicyFault`` with every error as `file:line:column`, failed tests included.
    func load() throws(PolicyFault) -> ArchivedPolicy {
        try compile(sources())
    }

    /// Reads the files as they are.
    func sources() throws(PolicyFault) -> [PolicySource] {
        guard let path else { return [.shipped] }
        do throws(PolicyErrors) {
            return try PolicySource.read(path: path)
        } catch {
            throw PolicyFault(description: error.description)
        }
    }

    /// Compiles sources and runs the tests that they carry.
    func compile(_ sources: [PolicySource]) throws(PolicyFault) -> ArchivedPolicy {
        let report = PolicyCheck.run(
            files: sources, trustDomain: trustDomain,
            runner: PolicyTestRunner(datacenter: datacenter))
        let errors = report.findings.filter { $0.severity == .error }
        guard errors.isEmpty, let policy = report.policies.first else {
            throw PolicyFault(description: errors.map(\.description).joined(separator: "\n"))
        }
        return ArchivedPolicy(policy: policy, sources: sources)
    }

    /// What changes when a file of the policy changes: name, size, time and inode of each.
    func stamp() -> [String] {
        guard let path else { return [] }
        let manager = FileManager.default
        var isFolder: ObjCBool = false
        guard manager.fileExists(atPath: path, isDirectory: &isFolder) else { return ["absent"] }
        guard isFolder.boolValue else { return [stamp(of: path)] }
        let names = (try? manager.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().map { stamp(of: path + "/" + $0) }
    }

    private func stamp(of file: String) -> String {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)
        let time = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        let size = (attributes?[.size] as? NSNumber)?.intValue ?? -1
        let inode = (attributes?[.systemFileNumber] as? NSNumber)?.intValue ?? -1
        return "\(file):\(time):\(size):\(inode)"
    }
}

/// Why policy files can't be put into force: a line each, with its place.
struct PolicyFault: Error, CustomStringConvertible {
    let description: String
}
