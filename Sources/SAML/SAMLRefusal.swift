public import XML

/// Why a message of a SAML identity provider is not taken.
///
/// Whoever sent it hears that it was refused, and nothing of this: it is for the record.
public enum SAMLRefusal: Error, Equatable, Sendable {
    /// The bytes are no document that a message may be.
    case document(XMLFault)
    /// The bytes are not base64.
    case base64
    /// The bytes are not packed as bindings pack them (RFC 1951).
    case deflate
    /// The parts don't stand where they must, or stand there twice.
    case structure(String)
    /// A signature is missing, or none of the provider's keys verifies it.
    case signature(String)
    /// What is signed is whole, and none of the keys that are known made the signature: another may have, that is new.
    case unknownKey
    /// An algorithm that is not taken.
    case algorithm(String)
    /// What is encrypted can't be opened; why is nobody's business.
    case encryption
    /// The provider says that it did not work; its status codes.
    case status(String)
    /// It is not for us, not from there, not for this sign-on: the part that is wrong.
    case mismatch(String)
    /// It is too old, or too young: the part that says so.
    case time(String)
    /// It was used before.
    case replayed
    /// A claim that is needed is missing or of no use.
    case claims(String)

    /// A stable word for records and metrics.
    public var code: String {
        switch self {
        case .document(let fault): "saml_\(fault.code)"
        case .base64: "saml_base64"
        case .deflate: "saml_deflate"
        case .structure: "saml_structure"
        case .signature, .unknownKey: "saml_signature"
        case .algorithm: "saml_algorithm"
        case .encryption: "saml_encryption"
        case .status: "saml_status"
        case .mismatch: "saml_mismatch"
        case .time: "saml_time"
        case .replayed: "saml_replayed"
        case .claims: "saml_claims"
        }
    }

    /// Whether it is no message at all, rather than one that is not believed.
    public var isMalformed: Bool {
        switch self {
        case .document, .base64, .deflate: true
        case .structure, .signature, .unknownKey, .algorithm, .encryption, .status, .mismatch,
            .time, .replayed,
            .claims:
            false
        }
    }
}

extension SAMLRefusal: CustomStringConvertible {
    /// One line for the record.
    public var description: String {
        switch self {
        case .document(let fault): fault.description
        case .base64: "the message is not base64"
        case .deflate: "the message is not packed as DEFLATE packs"
        case .structure(let what), .signature(let what), .algorithm(let what), .mismatch(let what),
            .time(let what), .claims(let what), .status(let what):
            what
        case .unknownKey: "no key of the provider's metadata verifies the signature"
        case .encryption: "what is encrypted could not be opened"
        case .replayed: "it was used before"
        }
    }
}
