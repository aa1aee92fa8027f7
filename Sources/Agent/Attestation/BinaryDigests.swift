internal import Crypto
internal import Glibc
internal import NIOConcurrencyHelpers

/// SHA-256 of binaries; a file that has not changed is read once.
final class BinaryDigests: Sendable {
    private static let pieceBytes = 1 << 20
    private let known = NIOLockedValueBox<[FileStatus: String]>([:])

    /// The digest of an open file, lower-case hexadecimal; nil when it can't be read or changes meanwhile.
    func digest(of file: Int32) -> String? {
        guard let key = FileStatus(descriptor: file), key.bytes <= Int64(AgentLimits.binaryBytesMax)
        else {
            return nil
        }
        if let digest = known.withLockedValue({ $0[key] }) { return digest }
        guard let digest = Self.read(file), FileStatus(descriptor: file) == key else { return nil }
        known.withLockedValue { known in
            if known.count >= AgentLimits.digestsMax { known.removeAll() }
            known[key] = digest
        }
        return digest
    }

    private static func read(_ file: Int32) -> String? {
        var hash = SHA256()
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        while true {
            let count = Glibc.read(file, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            hash.update(data: piece[..<count])
        }
        return hash.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
