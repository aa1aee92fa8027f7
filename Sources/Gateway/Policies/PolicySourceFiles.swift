internal import Foundation
internal import Policy

/// Where the policy comes from: a file, a folder of `*.yaml`, or what is shipped.
struct PolicySourceFiles: Sendable {
    let path: String?
    let trustDomain: String

    /// Reads and compiles.
    ///
    /// - Throws: what the policy module says, with file, line and column.
    func load() throws -> CompiledPolicy {
        guard let path else { return try CompiledPolicy.shippedDefault(trustDomain: trustDomain) }
        return try CompiledPolicy.load(path: path, trustDomain: trustDomain)
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
