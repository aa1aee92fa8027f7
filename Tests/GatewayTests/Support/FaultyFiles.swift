import Audit
import NIOConcurrencyHelpers

/// The real files of a journal, until a test has their writes fail.
final class FaultyFiles: FileSystem {
    private struct State {
        var fails = false
        var failures = 0
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let base = PosixFileSystem()
    private let state = NIOLockedValueBox(State())

    func fail() { state.withLockedValue { $0.fails = true } }
    func heal() { state.withLockedValue { $0.fails = false } }

    /// Waits until a write has failed.
    func untilFailed() async {
        await withCheckedContinuation { continuation in
            let hasFailed = state.withLockedValue { state in
                if state.failures == 0 { state.watchers.append(continuation) }
                return state.failures > 0
            }
            if hasFailed { continuation.resume() }
        }
    }

    func write(
        _ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int64
    ) throws(FileFault) -> Int {
        let (fails, watchers) = state.withLockedValue {
            state -> (Bool, [CheckedContinuation<Void, Never>]) in
            guard state.fails else { return (false, []) }
            state.failures += 1
            defer { state.watchers = [] }
            return (true, state.watchers)
        }
        for watcher in watchers { watcher.resume() }
        if fails {
            throw FileFault(
                operation: "write", path: file.path, errno: PosixFileSystem.inputOutput)
        }
        return try base.write(bytes, to: file, at: offset)
    }

    func createFolder(_ path: String) throws(FileFault) { try base.createFolder(path) }
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
