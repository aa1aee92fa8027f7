/// Why a note, a key or a checkpoint was not taken.
public enum NoteError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The key's name has blanks or plus signs, or is empty.
    case malformedName
    /// The signing key's text is not one.
    case malformedSigner
    /// The line is no verifier key.
    case malformedKey(line: Int)
    /// The line is no receipt.
    case malformedReceipt(line: Int)
    /// The text to sign does not end in a newline, or is no checkpoint.
    case malformedText
    /// The note has not the form of a signed note.
    case malformedNote
    /// The key could not sign.
    case signing
    /// A known key's signature does not verify.
    case wrongSignature(key: String)
    /// No signature is by a known key.
    case noKnownSignature

    /// The error in one line.
    public var description: String {
        switch self {
        case .malformedName: "the key's name is empty or has blanks or plus signs"
        case .malformedSigner: "not a signing key of the form PRIVATE+KEY+<name>+<id>+<base64>"
        case .malformedKey(let line):
            "line \(line): not a verifier key of the form <name>+<id>+<base64>"
        case .malformedReceipt(let line):
            "line \(line): not a receipt of the form <sequence>;<leaf hash>"
        case .malformedText: "not the text of a checkpoint"
        case .malformedNote: "not a signed note"
        case .signing: "the key can't sign"
        case .wrongSignature(let key): "the signature by \(key) does not verify"
        case .noKnownSignature: "no signature is by a trusted key"
        }
    }
}
