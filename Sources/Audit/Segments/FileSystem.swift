/// A file operation that failed.
package struct FileFault: Error, Equatable, Sendable, CustomStringConvertible {
    package var operation: String
    package var path: String
    package var errno: Int32
    /// What is wrong with the file's bytes, where they could be read.
    package var damage: String?

    package init(operation: String, path: String, errno: Int32) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    init(damaged path: String, why: String) {
        self.init(operation: "read", path: path, errno: PosixFileSystem.inputOutput)
        damage = why
    }

    /// Whether the process or the system is short of something, and the file may be as it should.
    var isOfThisProcess: Bool { PosixFileSystem.shortages.contains(errno) }

    var asAuditError: AuditError {
        if let damage { return .damaged(file: path, line: 0, why: damage) }
        return .io(operation: operation, path: path, errno: errno)
    }

    var reason: String { asAuditError.description }

    package var description: String { reason }
}

/// How a file is opened.
package enum OpenMode: Sendable {
    /// For reading only.
    case read
    /// For reading and writing a file that exists.
    case update
    /// A new file; it must not exist.
    case create
}

/// An open file; the path only serves messages.
package struct OpenFile: Sendable {
    package let descriptor: Int32
    package let path: String

    package init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }
}

/// Every file operation of the journal, so that tests can make each of them fail.
package protocol FileSystem: Sendable {
    /// Creates a folder and those above it, and gives the ones that were made, the outermost first.
    func createFolder(_ path: String) throws(FileFault) -> [String]
    /// The names in a folder, sorted, or nil if there is no such folder.
    func list(_ folder: String) throws(FileFault) -> [String]?
    /// Opens a file.
    func open(_ path: String, _ mode: OpenMode) throws(FileFault) -> OpenFile
    /// Closes a file; whatever it reports can't be acted on.
    func close(_ file: OpenFile)
    /// Writes at an offset and says how many bytes were taken.
    func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int64)
        throws(FileFault) -> Int
    /// Reads at an offset and says how many bytes there were; 0 is the end.
    func read(_ file: OpenFile, at offset: Int64, into bytes: UnsafeMutableRawBufferPointer)
        throws(FileFault) -> Int
    /// Makes a file's bytes durable (fdatasync).
    func sync(_ file: OpenFile) throws(FileFault)
    /// Makes a folder's entries durable (fsync).
    func syncFolder(_ path: String) throws(FileFault)
    /// What stands at a path, links not followed; nil if nothing does.
    func facts(_ path: String) throws(FileFault) -> FileFacts?
    /// What an open file is.
    func facts(of file: OpenFile) throws(FileFault) -> FileFacts
    /// The size of a file.
    func size(_ file: OpenFile) throws(FileFault) -> Int64
    /// Cuts a file.
    func truncate(_ file: OpenFile, to size: Int64) throws(FileFault)
    /// Renames within one file system.
    func rename(_ path: String, to other: String) throws(FileFault)
    /// Removes a file or an empty folder.
    func remove(_ path: String) throws(FileFault)
    /// Takes the exclusive lock of a lock file, creating it; nil if another holds it.
    func lock(_ path: String) throws(FileFault) -> OpenFile?
    /// The bytes that may still be written below a path.
    func freeBytes(_ path: String) throws(FileFault) -> Int64
}

/// What a file system says of a file besides its bytes.
package struct FileFacts: Equatable, Sendable {
    package var device: UInt64
    package var inode: UInt64
    package var size: Int64
    /// When its bytes last changed; only good for telling one moment from another.
    package var modified: Int64
    /// When anything about it last changed.
    package var changed: Int64 = 0
    package var kind: Kind
    package var owner: UInt32 = 0
    package var group: UInt32 = 0
    /// The permission bits.
    package var mode: UInt32 = 0

    package enum Kind: Sendable {
        case file, folder, link, other
    }

    package init(device: UInt64, inode: UInt64, size: Int64, modified: Int64, kind: Kind = .file) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.kind = kind
    }

    package var isRegular: Bool { kind == .file }

    package func isSameFile(as other: FileFacts) -> Bool {
        device == other.device && inode == other.inode
    }
}

extension FileSystem {
    /// Creates a folder and those above it so that a power cut leaves them all.
    func createDurableFolder(_ path: String) throws(FileFault) {
        for made in try createFolder(path) { try syncFolder(LogLayout.parent(of: made)) }
    }

    /// Makes the entry of a folder durable that an earlier start, ended too soon, may have made.
    func syncEntry(of folder: String) throws(FileFault) {
        do throws(FileFault) {
            try syncFolder(LogLayout.parent(of: folder))
        } catch {
            // Where we can't read we can't have made anything either.
            if error.errno != PosixFileSystem.noAccess { throw error }
        }
    }

    /// Writes all of it; a short write is a fault, and what was written stays.
    func writeWhole(
        _ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int64
    ) throws(FileFault) {
        let written = try write(bytes, to: file, at: offset)
        if written != bytes.count {
            throw FileFault(
                operation: "write (short)", path: file.path, errno: PosixFileSystem.noSpace)
        }
    }

    /// Reads a range, or less if the file ends before.
    func readRange(
        _ file: OpenFile, from offset: Int64, count: Int
    ) throws(FileFault) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: max(0, count))
        var filled = 0
        while filled < out.count {
            let step = try readStep(file, at: offset + Int64(filled), into: &out, from: filled)
            if step == 0 { break }
            filled += step
        }
        out.removeLast(out.count - filled)
        return out
    }

    private func readStep(
        _ file: OpenFile, at offset: Int64, into out: inout [UInt8], from start: Int
    ) throws(FileFault) -> Int {
        let result = out.withUnsafeMutableBytes { block in
            let rest = UnsafeMutableRawBufferPointer(rebasing: block[start...])
            return Result { () throws(FileFault) in try read(file, at: offset, into: rest) }
        }
        return try result.get()
    }
}
