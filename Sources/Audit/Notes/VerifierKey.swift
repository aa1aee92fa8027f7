import Crypto

/// A public key that signs notes, in the form of a C2SP verifier key.
///
/// `<name>+<key id, 8 hexadecimal digits>+<base64 of a type byte and the public key>` (C2SP signed-note).
public struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
    /// What the key's signatures mean.
    public enum Kind: UInt8, Sendable {
        /// Ed25519 over the note's text (C2SP signed-note).
        case note = 0x01
        /// A witness's Ed25519 cosignature with a time (C2SP tlog-cosignature).
        case cosignature = 0x04
    }

    /// The key's name, without blanks and plus signs.
    public let name: String
    /// What its signatures mean.
    public let kind: Kind
    /// The 32 bytes of the Ed25519 public key (RFC 8032).
    public let publicKey: [UInt8]
    /// The first four bytes of SHA-256(name || newline || type || public key).
    public let id: UInt32

    init?(name: String, kind: Kind, publicKey: [UInt8]) {
        guard Self.isName(name), publicKey.count == 32 else { return nil }
        self.name = name
        self.kind = kind
        self.publicKey = publicKey
        id = Self.id(name, kind, publicKey)
    }

    /// Reads a verifier key, or nil if it is malformed, of another type, or its id is not its own.
    public init?(_ text: String) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].utf8.count == 8,
            let bytes = Base64.decode(Array(parts[2].utf8)), let first = bytes.first,
            let kind = Kind(rawValue: first),
            let key = VerifierKey(
                name: String(parts[0]), kind: kind, publicKey: Array(bytes.dropFirst())),
            key.idText == parts[1]
        else { return nil }
        self = key
    }

    /// The key as one word, to be handed to those who check.
    public var description: String {
        var out: [UInt8] = []
        ([kind.rawValue] + publicKey).withUnsafeBytes { Base64.append($0, to: &out) }
        return "\(name)+\(idText)+" + String(decoding: out, as: UTF8.self)
    }

    /// Reads keys from a text, one a line; blank lines and lines that begin with `#` mean nothing.
    ///
    /// - Throws: `NoteError.malformedKey` naming the line.
    public static func list(_ text: String) throws(NoteError) -> [VerifierKey] {
        var keys: [VerifierKey] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let word = line.trimmed
            if word.isEmpty || word.hasPrefix("#") { continue }
            guard let key = VerifierKey(word) else { throw .malformedKey(line: index + 1) }
            keys.append(key)
        }
        return keys
    }

    /// The time of a valid signature over a text; 0 for a plain one, nil for one that doesn't verify.
    func check(_ signature: [UInt8], over text: String) -> UInt64? {
        guard
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
        else { return nil }
        switch kind {
        case .note:
            return key.isValidSignature(signature, for: Array(text.utf8)) ? 0 : nil
        case .cosignature:
            guard signature.count == 72 else { return nil }
            let time = signature.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            let message = "cosignature/v1\ntime \(time)\n" + text
            guard time > 0, time <= UInt64(Int64.max) else { return nil }
            return key.isValidSignature(signature.dropFirst(8), for: Array(message.utf8))
                ? time : nil
        }
    }

    private var idText: String { Self.idText(id) }

    static func idText(_ id: UInt32) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Whether a text can be the name of a key.
    public static func isKeyName(_ text: String) -> Bool { isName(text) }

    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= Limits.noteNameBytesMax
            && !name.unicodeScalars.contains {
                $0.properties.isWhitespace || $0 == "+" || $0.value < 0x20
            }
    }

    private static func id(_ name: String, _ kind: Kind, _ publicKey: [UInt8]) -> UInt32 {
        SHA256.hash(data: Array(name.utf8) + [0x0A, kind.rawValue] + publicKey)
            .prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension Substring {
    /// Without blanks at both ends.
    var trimmed: String {
        var rest = self
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
