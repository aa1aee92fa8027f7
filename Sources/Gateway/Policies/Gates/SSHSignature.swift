internal import Crypto
internal import Foundation

/// A detached signature as `ssh-keygen -Y sign` makes it (OpenSSH PROTOCOL.sshsig).
///
/// Ed25519 and ECDSA over P-256 and P-384 are read; anything else is refused.
struct SSHSignature: Equatable, Sendable {
    /// The signer's public key in SSH's wire form.
    let publicKey: [UInt8]
    /// What the signature is for.
    let namespace: String
    private let reserved: [UInt8]
    private let hashName: String
    private let signature: [UInt8]

    /// Reads the armoured form.
    ///
    /// - Throws: `SSHSignatureError`.
    init(armoured bytes: [UInt8]) throws(SSHSignatureError) {
        guard bytes.count <= 64 << 10 else { throw .malformed("it is longer than 64 KiB") }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
            $0.hasSuffix("\r") ? String($0.dropLast()) : String($0)
        }
        guard lines.first == "-----BEGIN SSH SIGNATURE-----",
            lines.last == "-----END SSH SIGNATURE-----", lines.count > 2,
            let blob = Data(base64Encoded: lines[1..<(lines.count - 1)].joined())
        else { throw .malformed("it is not an armoured SSH signature") }
        var reader = SSHWireReader(Array(blob))
        guard reader.take("SSHSIG"), reader.number() == 1 else {
            throw .malformed("it is not an SSH signature of version 1")
        }
        guard let publicKey = reader.string(), let namespace = reader.string(),
            let reserved = reader.string(), let hashName = reader.string(),
            let signature = reader.string(), reader.isAtEnd
        else { throw .malformed("it ends too soon or goes on too long") }
        self.publicKey = publicKey
        self.namespace = String(decoding: namespace, as: UTF8.self)
        self.reserved = reserved
        self.hashName = String(decoding: hashName, as: UTF8.self)
        self.signature = signature
    }

    /// Whether the signature is that key's over a message.
    ///
    /// - Throws: `SSHSignatureError` when it isn't, or is of a kind that is not read.
    func verify(_ message: [UInt8]) throws(SSHSignatureError) {
        let digest: [UInt8]
        switch hashName {
        case "sha256": digest = Array(SHA256.hash(data: message))
        case "sha512": digest = Array(SHA512.hash(data: message))
        default: throw .unsupported("hash \(quote(hashName))")
        }
        var signed = Array("SSHSIG".utf8)
        for part in [Array(namespace.utf8), reserved, Array(hashName.utf8), digest] {
            signed += Self.number(part.count) + part
        }
        var key = SSHWireReader(publicKey)
        var blob = SSHWireReader(signature)
        guard let kind = key.string(), Self.kinds.contains(String(decoding: kind, as: UTF8.self))
        else { throw .unsupported("key type") }
        guard let signedKind = blob.string(), kind == signedKind,
            let value = blob.string(), blob.isAtEnd
        else { throw .malformed("key and signature are of different kinds") }
        let isValid: Bool
        switch String(decoding: kind, as: UTF8.self) {
        case "ssh-ed25519": isValid = Self.ed25519(&key, value, signed)
        case "ecdsa-sha2-nistp256": isValid = Self.p256(&key, value, signed)
        case "ecdsa-sha2-nistp384": isValid = Self.p384(&key, value, signed)
        default:
            throw .unsupported("key type \(quote(String(decoding: kind, as: UTF8.self)))")
        }
        guard isValid else { throw .wrong }
    }

    private static let kinds = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384"]

    private static func number(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static func ed25519(
        _ key: inout SSHWireReader, _ signature: [UInt8], _ message: [UInt8]
    ) -> Bool {
        guard let raw = key.string(), key.isAtEnd,
            let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: raw)
        else { return false }
        return publicKey.isValidSignature(signature, for: message)
    }

    private static func p256(
        _ key: inout SSHWireReader, _ signature: [UInt8], _ message: [UInt8]
    ) -> Bool {
        guard key.string() == Array("nistp256".utf8), let point = key.string(), key.isAtEnd,
            let publicKey = try? P256.Signing.PublicKey(x963Representation: point),
            let raw = rawECDSA(signature, bytes: 32),
            let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: raw)
        else { return false }
        return publicKey.isValidSignature(parsed, for: message)
    }

    private static func p384(
        _ key: inout SSHWireReader, _ signature: [UInt8], _ message: [UInt8]
    ) -> Bool {
        guard key.string() == Array("nistp384".utf8), let point = key.string(), key.isAtEnd,
            let publicKey = try? P384.Signing.PublicKey(x963Representation: point),
            let raw = rawECDSA(signature, bytes: 48),
            let parsed = try? P384.Signing.ECDSASignature(rawRepresentation: raw)
        else { return false }
        return publicKey.isValidSignature(parsed, for: message)
    }

    /// Two numbers (RFC 5656 section 3.1.2) as fixed-width bytes.
    private static func rawECDSA(_ signature: [UInt8], bytes: Int) -> [UInt8]? {
        var reader = SSHWireReader(signature)
        guard let r = reader.string(), let s = reader.string(), reader.isAtEnd else { return nil }
        var raw: [UInt8] = []
        for number in [r, s] {
            let digits = Array(number.drop { $0 == 0 })
            guard digits.count <= bytes else { return nil }
            raw += [UInt8](repeating: 0, count: bytes - digits.count) + digits
        }
        return raw
    }
}

/// Why a signature does not hold.
enum SSHSignatureError: Error, Equatable, CustomStringConvertible {
    case malformed(String)
    case unsupported(String)
    case wrong

    var description: String {
        switch self {
        case .malformed(let why): "the signature can't be read: \(why)"
        case .unsupported(let what): "the signature's \(what) is not read; use Ed25519 or ECDSA"
        case .wrong: "the signature is not of these bytes"
        }
    }
}

/// Walks SSH's wire form (RFC 4251 section 5); every step is checked.
struct SSHWireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ text: StaticString) -> Bool {
        let wanted = Array(text.description.utf8)
        guard rest.starts(with: wanted) else { return false }
        rest = rest.dropFirst(wanted.count)
        return true
    }

    mutating func number() -> UInt32? {
        guard rest.count >= 4 else { return nil }
        let value = rest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        rest = rest.dropFirst(4)
        return value
    }

    mutating func string() -> [UInt8]? {
        guard let count = number(), rest.count >= Int(count) else { return nil }
        let bytes = Array(rest.prefix(Int(count)))
        rest = rest.dropFirst(Int(count))
        return bytes
    }
}
