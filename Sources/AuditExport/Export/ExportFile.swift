internal import Foundation

/// A file that is written from its beginning, piece by piece.
public struct ExportFile {
    private let handle: FileHandle
    private let path: String

    /// Makes the file, or empties it.
    ///
    /// - Throws: ``ExportError/file(path:why:)``.
    public init(_ path: String) throws(ExportError) {
        self.path = path
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw .file(path: path, why: "can't be written") }
        self.handle = handle
    }

    /// Appends bytes.
    ///
    /// - Throws: ``ExportError/file(path:why:)``.
    public func write(_ bytes: [UInt8]) throws(ExportError) {
        if bytes.isEmpty { return }
        do {
            try handle.write(contentsOf: Data(bytes))
        } catch {
            throw .file(path: path, why: "can't be written: \(error.localizedDescription)")
        }
    }
}
