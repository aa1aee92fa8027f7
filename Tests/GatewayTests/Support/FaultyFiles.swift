import Audit
import FileSupport
import NIOConcurrencyHelpers

/// The real files of a journal, until a test has their writes fail or wait.
final class FaultyFiles: FilesOverOthers {
    let failures = Gauge()
    let held = Gauge()
    let base = PosixFileSystem()
    private let fails = NIOLockedValueBox(false)
    private let mayWrite = ConditionLock(value: true)

    func fail() { fails.withLockedValue { $0 = true } }
    func heal() { fails.withLockedValue { $0 = false } }

    /// Has the thread that writes next wait for `letGo`.
    func hold() {
        mayWrite.lock()
        mayWrite.unlock(withValue: false)
    }

    func letGo() {
        mayWrite.lock()
        mayWrite.unlock(withValue: true)
    }

    func write(
        _ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int64
    ) throws(FileFault) -> Int {
        if mayWrite.value == false { held.add() }
        mayWrite.lock(whenValue: true)
        mayWrite.unlock()
        if fails.withLockedValue({ $0 }) {
            failures.add()
            throw FileFault(
                operation: "write", path: file.path, errno: PosixFileSystem.inputOutput)
        }
        return try base.write(bytes, to: file, at: offset)
    }
}
