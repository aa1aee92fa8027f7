/// Why a timestamp proves nothing.
public enum TimestampFault: Error, Equatable, Sendable {
    /// It can't be read; what is wrong with it.
    case malformed(String)
    /// The authority gave none; its status and what it says.
    case refused(status: UInt64)
    /// It is of other bytes.
    case otherContent
    /// It answers another question.
    case otherNonce
    /// It was made under another policy than is asked for.
    case otherPolicy(String)
    /// It is not signed by the certificate that it names.
    case badSignature
    /// Whoever signed it may not: the certificate or one above it.
    case badCertificate(String)
    /// No certificate that was given stands above whoever signed it.
    case untrusted
}

extension TimestampFault: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .malformed(let what): "this is no timestamp (RFC 3161): \(what)"
        case .refused(let status): "the authority gave no timestamp (status \(status))"
        case .otherContent: "the timestamp is of another file"
        case .otherNonce: "the timestamp answers another request"
        case .otherPolicy(let policy): "the timestamp was made under policy \(policy)"
        case .badSignature: "the timestamp is not signed by the certificate that it names"
        case .badCertificate(let what): "the timestamp's certificate is not taken: \(what)"
        case .untrusted: "no authority that was given stands above the timestamp's certificate"
        }
    }
}
