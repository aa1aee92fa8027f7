import Foundation

/// The file operations on the real file system.
package struct PosixFiles: LinkingFiles {
    /// There is nothing to configure.
    package init() {}

    package func status(_ path: String) throws(PKIError) -> FileStatus? {
        var isDirectory: ObjCBool = false
        let manager = FileManager.default
        guard manager.fileExists(atPath: path, isDirectory: &isDirectory) else { return nil }
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let attributes = try? manager.attributesOfItem(atPath: target),
            let mode = attributes[.posixPermissions] as? NSNumber
        else { throw failure(path, "look at") }
        return FileStatus(isDirectory: isDirectory.boolValue, mode: mode.uint32Value & 0o7777)
    }

    package func names(in directory: String) throws(PKIError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw failure(directory, "list")
        }
    }

    package func read(_ path: String, max: Int) throws(PKIError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "open") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: max + 1)
        var filled = 0
        while filled <= max {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(
                    descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw failure(path, "read") }
            if got == 0 { return Array(bytes.prefix(filled)) }
            filled += got
        }
        throw .unusableFiles("\(path) has more than \(max) bytes")
    }

    package func create(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(PKIError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(path, "create") }
        defer { close(descriptor) }
        guard fchmod(descriptor, mode) == 0 else { throw failure(path, "set the mode of") }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path, "write") }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw failure(path, "sync") }
    }

    package func createDirectory(_ path: String, mode: UInt32) throws(PKIError) {
        guard mkdir(path, mode) == 0 else { throw failure(path, "create the folder") }
        guard chmod(path, mode) == 0 else { throw failure(path, "set the mode of") }
    }

    package func rename(_ from: String, to: String) throws(PKIError) {
        guard Glibc.rename(from, to) == 0 else { throw failure(to, "rename to") }
    }

    package func syncDirectory(_ path: String) throws(PKIError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "open") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path, "sync") }
    }

    package func remove(_ path: String) throws(PKIError) {
        guard unlink(path) == 0 else { throw failure(path, "remove") }
    }

    package func removeDirectory(_ path: String) throws(PKIError) {
        guard rmdir(path) == 0 else { throw failure(path, "remove") }
    }

    package func createLink(_ path: String, to target: String) throws(PKIError) {
        guard symlink(target, path) == 0 else { throw failure(path, "make the link") }
    }

    package func linkTarget(_ path: String) throws(PKIError) -> String? {
        var text = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &text, text.count)
        if count < 0, errno == EINVAL || errno == ENOENT { return nil }
        guard count >= 0 else { throw failure(path, "read the link") }
        return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func failure(_ path: String, _ operation: String) -> PKIError {
        .fileFailed(path: path, operation: operation, errno: errno)
    }
}
