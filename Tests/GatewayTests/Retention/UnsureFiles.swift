import Audit
import FileSupport
import NIOConcurrencyHelpers

/// The real files, until a test has the disk fail where the name of the mark of what is gone is made durable.
final class UnsureFiles: FilesOverOthers {
    let base = PosixFileSystem()
    private let fails = NIOLockedValueBox(false)
    private let isNamed = NIOLockedValueBox(false)

    func failAtTheMark(_ fails: Bool) { self.fails.withLockedValue { $0 = fails } }

    func rename(_ path: String, to other: String) throws(FileFault) {
        try base.rename(path, to: other)
        if other.hasSuffix("/pruned") { isNamed.withLockedValue { $0 = true } }
    }

    func syncFolder(_ path: String) throws(FileFault) {
        let isDue = isNamed.withLockedValue { isNamed in
            defer { isNamed = false }
            return isNamed
        }
        guard isDue, fails.withLockedValue({ $0 }) else { return try base.syncFolder(path) }
        throw FileFault(operation: "sync", path: path, errno: PosixFileSystem.inputOutput)
    }
}
