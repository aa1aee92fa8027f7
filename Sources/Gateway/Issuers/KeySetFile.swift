internal import Auth
internal import Glibc

/// Reads a key set from a file.
enum KeySetFile {
    /// The file's bytes, at most one more than a key set may have.
    static func read(_ path: String) throws(KeyReadingFault) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw fault() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw fault() }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw KeyReadingFault("it is not a regular file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count <= TokenLimits.keySetBytesMax {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw fault() }
            if count == 0 { break }
            bytes.append(contentsOf: chunk.prefix(count))
        }
        return bytes
    }

    private static func fault() -> KeyReadingFault {
        KeyReadingFault(String(cString: strerror(errno)).lowercased())
    }
}

/// Why a key set can't be read.
struct KeyReadingFault: Error, CustomStringConvertible {
    /// What is wrong, as the end of a sentence.
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
