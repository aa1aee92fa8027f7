// Which of these the C structure is seen through depends on what else the module imports.
internal import CDispatch
internal import CoreFoundation
internal import Glibc

/// The two file operations of the issuance store that `DurableFiles` does not have.
protocol IssuanceAppender: Sendable {
    /// Writes bytes at an offset, over what a crash may have left there, and syncs them.
    func append(_ bytes: [UInt8], to path: String, at offset: Int) throws(PKIError)
    /// Cuts a file to a size that it has at least.
    func cut(_ path: String, to size: Int) throws(PKIError)
}

/// The real file system.
struct PosixAppender: IssuanceAppender {
    func append(_ bytes: [UInt8], to path: String, at offset: Int) throws(PKIError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, "open") }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(
                    descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written,
                    off_t(offset + written))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path, "write") }
            written += count
        }
        guard fdatasync(descriptor) == 0 else { throw failure(path, "sync") }
    }

    func cut(_ path: String, to size: Int) throws(PKIError) {
        let descriptor = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "open") }
        defer { close(descriptor) }
        let present = lseek(descriptor, 0, SEEK_END)
        guard present >= off_t(size) else {
            throw .unusableFiles(
                "\(path) is shorter than noted: restore it, or remove the folder it is in, and it is made "
                    + "anew from the log")
        }
        guard present > off_t(size) else { return }
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw failure(path, "cut") }
    }

    private func failure(_ path: String, _ operation: String) -> PKIError {
        .fileFailed(path: path, operation: operation, errno: errno)
    }
}
