internal import Foundation
internal import Glibc

/// The agent's own files: one with key and chain together, so that they can't disagree, and the trust bundles.
struct AgentFiles: Sendable {
    let directory: String

    var identityPath: String { directory + "/agent.pem" }
    var bundlesPath: String { directory + "/bundles.json" }

    /// Makes the folder, readable by its owner alone.
    ///
    /// - Throws: `AgentError.files`.
    func prepare() throws(AgentError) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw .files("cannot make \(directory): \(error)")
        }
    }

    /// A file's bytes; nil when it is not there.
    ///
    /// - Throws: `AgentError.files`.
    static func read(_ path: String) throws(AgentError) -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path),
            data.count <= AgentLimits.gatewayAnswerBytesMax
        else { throw .files("cannot read \(path)") }
        return Array(data)
    }

    /// Replaces a file so that after a crash the old or the new one is there, whole; mode 0600.
    ///
    /// - Throws: `AgentError.files`.
    static func replace(_ path: String, _ bytes: [UInt8]) throws(AgentError) {
        let draft = path + ".new"
        unlink(draft)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .files("cannot write \(draft): error \(errno)") }
        var isWhole = true
        var rest = bytes[...]
        while isWhole, !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            isWhole = count > 0
            if count > 0 { rest = rest.dropFirst(count) }
        }
        isWhole = isWhole && fsync(file) == 0
        close(file)
        guard isWhole, rename(draft, path) == 0 else {
            throw .files("cannot write \(path): error \(errno)")
        }
        syncFolder(of: path)
    }

    private static func syncFolder(of path: String) {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
