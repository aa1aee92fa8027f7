internal import Foundation

/// A small file of the gateway's own: whole or not there, also after a power cut.
struct StateFile: Sendable {
    let path: String

    /// Replaces the file; the folder is made where it is missing.
    func write(_ bytes: [UInt8]) throws(PolicyToolError) {
        let folder = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw .archive("cannot make \(folder): \(error.localizedDescription)")
        }
        let draft = path + ".new"
        unlink(draft)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("create") }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write") }
            rest = rest.dropFirst(count)
        }
        guard fsync(file) == 0 else { throw failure("sync") }
        guard rename(draft, path) == 0 else { throw failure("rename") }
        try syncFolder(folder)
    }

    /// The file's bytes; nil when there is none.
    func read(max: Int) throws(PolicyToolError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open")
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read") }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk.prefix(count))
            guard bytes.count <= max else { throw .archive("\(path) has more than \(max) bytes") }
        }
    }

    /// Removes the file if it is there.
    func remove() throws(PolicyToolError) {
        if unlink(path) != 0, errno != ENOENT { throw failure("remove") }
        try syncFolder((path as NSString).deletingLastPathComponent)
    }

    private func syncFolder(_ folder: String) throws(PolicyToolError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw failure("open the folder of")
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync the folder of") }
    }

    private func failure(_ what: String) -> PolicyToolError {
        .archive("cannot \(what) \(path): \(String(cString: strerror(errno)).lowercased())")
    }
}
