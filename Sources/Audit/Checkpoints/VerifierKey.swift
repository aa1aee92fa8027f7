import Crypto

/// A public key that checkpoints are verified by: what C2SP signed-note calls a verifier key.
///
/// `<name>+<key id, 8 hexadecimal digits>+<base64 of the type byte and the key>`.
public struct VerifierKey: Sendable, Equatable {
    /// What a signature by the key is.
    public enum Kind: UInt8, Sendable {
        /// Ed25519 over a note's text (C2SP signed-note).
        case log = 1
        /// Ed25519 of a witness, with a time (C2SP tlog-cosignature).
        case witness = 4
    }

    /// The key's name; of a log's key the log's own, its origin.
    public let name: String
    /// What its signatures are.
    public let kind: Kind
    /// The public key, 32 bytes (RFC 8032).
    public let publicKey: [UInt8]

    /// Makes one; nil for a name that no key may have, or a key that is none.
    public init?(name: String, kind: Kind = .log, publicKey: [UInt8]) {
        guard Self.isName(name),
            (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)) != nil
        else { return nil }
        self.name = name
        self.kind = kind
        self.publicKey = publicKey
    }

    /// Reads its text form, or nil; white space around it is passed over.
    public init?(_ text: String) {
        let parts = text.trimmed.split(
            separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decode(Array(parts[2].utf8)),
            let kind = bytes.first.flatMap(Kind.init)
        else { return nil }
        self.init(name: String(parts[0]), kind: kind, publicKey: Array(bytes.dropFirst()))
        guard Hex.text(id) == parts[1] else { return nil }
    }

    /// The four bytes that tell keys of one name apart.
    public var id: [UInt8] {
        let bytes = Array(name.utf8) + [UInt8(ascii: "\n"), kind.rawValue] + publicKey
        return Array(SHA256.hash(data: bytes).prefix(NoteLimits.keyIDBytes))
    }

    /// The text form.
    public var text: String {
        name + "+" + Hex.text(id) + "+" + Base64.text([kind.rawValue] + publicKey)
    }

    /// When a witness signed, seconds since 1970, or 0 for a log; nil where it is no signature of the key's over the text.
    func time(of signature: [UInt8], over text: [UInt8]) -> UInt64? {
        switch kind {
        case .log: return isValid(signature, over: text) ? 0 : nil
        case .witness:
            guard signature.count > 8 else { return nil }
            let seconds = signature.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let head = Array("cosignature/v1\ntime \(seconds)\n".utf8)
            guard seconds <= UInt64(Int64.max),
                isValid(Array(signature.dropFirst(8)), over: head + text)
            else { return nil }
            return seconds
        }
    }

    private func isValid(_ signature: [UInt8], over text: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
            return false
        }
        return key.isValidSignature(signature, for: text)
    }

    /// C2SP signed-note: not empty, no white space, no plus; and what a line or a path would not bear.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= NoteLimits.nameBytesMax
            && name.unicodeScalars.allSatisfy { scalar in
                scalar != "+" && scalar.value >= 0x20 && !scalar.properties.isWhitespace
            }
    }
}

extension String {
    /// Without white space around it.
    fileprivate var trimmed: Substring {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return rest
    }
}

/// Bounds of signed notes.
enum NoteLimits {
    static let keyIDBytes = 4
    /// The longest name of a key.
    static let nameBytesMax = 255
    /// The most signatures that a note may have; C2SP signed-note asks for 16 at least.
    static let signaturesMax = 64
    /// The longest note, and the longest proof, that is read.
    static let noteBytesMax = 64 << 10
    /// The most hashes that a proof may have.
    static let proofHashesMax = 64
}
