import Audit
import NIOConcurrencyHelpers

/// Files in memory of which, once a test says so, no further one can be opened.
final class ScarceFiles: FileSystem {
    private let base: MemoryFileSystem
    private let scarcity = NIOLockedValueBox((isOn: false, refused: 0))

    init(_ base: MemoryFileSystem) {
        self.base = base
    }

    /// How many files were not opened.
    var refused: Int { scarcity.withLockedValue { $0.refused } }

    func runOut() { scarcity.withLockedValue { $0.isOn = true } }

    func open(_ path: String, _ mode: OpenMode) throws(FileFault) -> OpenFile {
        let isOut = scarcity.withLockedValue { scarcity in
            if scarcity.isOn { scarcity.refused += 1 }
            return scarcity.isOn
        }
        // EMFILE
        if isOut { throw FileFault(operation: "open", path: path, errno: 24) }
        return try base.open(path, mode)
    }

    func write(
        _ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int64
    ) throws(FileFault) -> Int { try base.write(bytes, to: file, at: offset) }
    func createFolder(_ path: String) throws(FileFault) -> [String] {
        try base.createFolder(path)
    }
    func facts(_ path: String) throws(FileFault) -> FileFacts? { try base.facts(path) }
    func facts(of file: OpenFile) throws(FileFault) -> FileFacts { try base.facts(of: file) }
    func list(_ folder: String) throws(FileFault) -> [String]? { try base.list(folder) }
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
