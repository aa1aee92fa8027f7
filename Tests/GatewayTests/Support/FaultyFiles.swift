import Audit
import NIOConcurrencyHelpers

/// The real files of a journal, until a test has their writes fail or wait.
final class FaultyFiles: FileSystem {
    let failures = Gauge()
    let held = Gauge()
    private let base = PosixFileSystem()
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

    func createFolder(_ path: String) throws(FileFault) -> [String] {
        try base.createFolder(path)
    }
    func facts(_ path: String) throws(FileFault) -> FileFacts? { try base.facts(path) }
    func facts(of file: OpenFile) throws(FileFault) -> FileFacts { try base.facts(of: file) }
    func list(_ folder: String) throws(FileFault) -> [String]? { try base.list(folder) }
    func open(_ path: String, _ mode: OpenMode) throws(FileFault) -> OpenFile {
        try base.open(path, mode)
    }
    func close(_ file: OpenFile) { base.close(file) }
    func read(
        _ file: OpenFile, at offset: Int64, into bytes: UnsafeMutableRawBufferPointer
    ) throws(FileFault) -> Int { try base.read(file, at: offset, into: bytes) }
    func sync(_ file: OpenFile) throws(FileFault) { try base.sync(file) }
    func syncFolder(_ path: String) throws(FileFault) { try base.syncFolder(path) }
    func size(_ file: OpenFile) throws(FileFault) -> Int64 { try base.size(file) }
    func truncate(_ file: OpenFile, to size: Int64) throws(FileFault) {
        try base.truncate(file, to: size)
    }
    func rename(_ path: String, to other: String) throws(FileFault) {
        try base.rename(path, to: other)
    }
    func remove(_ path: String) throws(FileFault) { try base.remove(path) }
    func lock(_ path: String) throws(FileFault) -> OpenFile? { try base.lock(path) }
    func freeBytes(_ path: String) throws(FileFault) -> Int64 { try base.freeBytes(path) }
}
