package import Audit

/// Files that are another file system's, but for what a test changes: everything that is not said otherwise is handed on.
package protocol FilesOverOthers: FileSystem {
    associatedtype Base: FileSystem
    var base: Base { get }
}

extension FilesOverOthers {
    package func createFolder(_ path: String) throws(FileFault) -> [String] {
        try base.createFolder(path)
    }
    package func facts(_ path: String) throws(FileFault) -> FileFacts? { try base.facts(path) }
    package func facts(of file: OpenFile) throws(FileFault) -> FileFacts {
        try base.facts(of: file)
    }
    package func list(_ folder: String) throws(FileFault) -> [String]? { try base.list(folder) }
    package func open(_ path: String, _ mode: OpenMode) throws(FileFault) -> OpenFile {
        try base.open(path, mode)
    }
    package func close(_ file: OpenFile) { base.close(file) }
    package func read(
        _ file: OpenFile, at offset: Int64, into bytes: UnsafeMutableRawBufferPointer
    ) throws(FileFault) -> Int { try base.read(file, at: offset, into: bytes) }
    package func write(
        _ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int64
    ) throws(FileFault) -> Int { try base.write(bytes, to: file, at: offset) }
    package func sync(_ file: OpenFile) throws(FileFault) { try base.sync(file) }
    package func syncFolder(_ path: String) throws(FileFault) { try base.syncFolder(path) }
    package func size(_ file: OpenFile) throws(FileFault) -> Int64 { try base.size(file) }
    package func truncate(_ file: OpenFile, to size: Int64) throws(FileFault) {
        try base.truncate(file, to: size)
    }
    package func rename(_ path: String, to other: String) throws(FileFault) {
        try base.rename(path, to: other)
    }
    package func remove(_ path: String) throws(FileFault) { try base.remove(path) }
    package func lock(_ path: String) throws(FileFault) -> OpenFile? { try base.lock(path) }
    package func freeBytes(_ path: String) throws(FileFault) -> Int64 { try base.freeBytes(path) }
}
