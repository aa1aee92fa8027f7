import Foundation
import Glibc
import Text

/// A file that a command is given, whatever it is: a regular file, a pipe as `<(...)` makes it, or `-` for standard input.
enum InputFile {
    /// The largest that is read.
    static let bytesMax = 4 << 20

    /// Reads all of it; nil where there is no such file.
    ///
    /// - Throws: ``Failure`` where it is there and can't be read.
    static func read(_ path: String) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        let isThere = try forEachPart(of: path) { part in
            bytes += part
            guard bytes.count <= bytesMax else {
                throw fault(path, "it is longer than \(bytesMax) bytes")
            }
        }
        return isThere ? bytes : nil
    }

    /// Reads it part by part, however long it is; false where there is no such file.
    ///
    /// - Throws: ``Failure`` where it is there and can't be read, or what the body throws.
    static func forEachPart(
        of path: String, _ body: (ArraySlice<UInt8>) throws -> Void
    ) throws -> Bool {
        let isStandard = path == "-"
        let descriptor = isStandard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return false }
            throw fault(path, errnoText(errno))
        }
        defer { if !isStandard { close(descriptor) } }
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = part.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw fault(path, errnoText(errno)) }
            if count == 0 { return true }
            try body(part[..<count])
        }
    }

    private static func fault(_ path: String, _ reason: String) -> Failure {
        Failure(.usage, "maxine: cannot read \(quote(path)): \(reason)")
    }
}
