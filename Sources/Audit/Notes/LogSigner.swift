import Crypto

/// A private Ed25519 key that signs a log's checkpoints.
///
/// Its text form is that of Go's note package: `PRIVATE+KEY+<name>+<id>+<base64 of type and seed>`.
public struct LogSigner: Sendable {
    /// The key that checks what this one signs.
    public let verifierKey: VerifierKey
    private let key: Curve25519.Signing.PrivateKey

    /// Makes a new key.
    ///
    /// - Throws: `NoteError.malformedName` for a name with blanks or plus signs.
    public init(name: String) throws(NoteError) {
        try self.init(name: name, key: Curve25519.Signing.PrivateKey())
    }

    private init(name: String, key: Curve25519.Signing.PrivateKey) throws(NoteError) {
        guard
            let verifier = VerifierKey(
                name: name, kind: .note, publicKey: Array(key.publicKey.rawRepresentation))
        else { throw .malformedName }
        verifierKey = verifier
        self.key = key
    }

    /// Reads a key's text form.
    ///
    /// - Throws: `NoteError.malformedSigner`; the text is not repeated in it.
    public init(text: String) throws(NoteError) {
        let prefix = "PRIVATE+KEY+"
        let word = text[...].trimmed
        guard word.hasPrefix(prefix) else { throw .malformedSigner }
        let parts = word.dropFirst(prefix.count)
            .split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decode(Array(parts[2].utf8)),
            bytes.count == 33, bytes[0] == VerifierKey.Kind.note.rawValue,
            let key = try? Curve25519.Signing.PrivateKey(
                rawRepresentation: Array(bytes.dropFirst()))
        else { throw .malformedSigner }
        try self.init(name: String(parts[0]), key: key)
        guard VerifierKey.idText(verifierKey.id) == parts[1] else { throw .malformedSigner }
    }

    /// The secret text form, for a file that only the gateway may read.
    var secretText: String {
        var out: [UInt8] = []
        ([VerifierKey.Kind.note.rawValue] + Array(key.rawRepresentation))
            .withUnsafeBytes { Base64.append($0, to: &out) }
        return "PRIVATE+KEY+\(verifierKey.name)+\(VerifierKey.idText(verifierKey.id))+"
            + String(decoding: out, as: UTF8.self)
    }

    /// Signs a text that ends in a newline.
    ///
    /// - Throws: `NoteError.malformedText`, `.signing`.
    public func sign(_ text: String) throws(NoteError) -> SignedNote {
        guard text.hasSuffix("\n") else { throw .malformedText }
        guard let signature = try? key.signature(for: Array(text.utf8)) else { throw .signing }
        let line = SignedNote.Signature(
            name: verifierKey.name, id: verifierKey.id, bytes: Array(signature))
        return SignedNote(text: text, signatures: [line])
    }
}
