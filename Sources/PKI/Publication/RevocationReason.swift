/// Why a certificate is revoked, where the reason has a code of its own (RFC 5280 section 5.3.1).
public enum RevocationReason: UInt8, Sendable, CaseIterable {
    /// Somebody else may have the key.
    case keyCompromise = 1
    /// Somebody else may have the key of the authority.
    case authorityCompromise = 2
    /// Its names are not true any more.
    case affiliationChanged = 3
    /// Another took its place.
    case superseded = 4
    /// It is not needed any more.
    case cessationOfOperation = 5
    /// It is not to be taken now; of us, only certificates that were never issued are told so.
    case certificateHold = 6
    /// What it stood for is not granted any more.
    case privilegeWithdrawn = 9

    /// The reason whose name in RFC 5280 stands at the beginning of a text, whatever its case, as `keyCompromise: stolen laptop`; nil for
    /// any other text.
    public init?(stating text: String) {
        let word = text.utf8.prefix { Self.isLetter($0) }.map { $0 | 0x20 }
        guard
            let reason = Self.allCases.first(where: {
                $0 != .certificateHold && $0.name.utf8.map { $0 | 0x20 } == word
            })
        else { return nil }
        self = reason
    }

    /// What RFC 5280 calls it.
    var name: String {
        switch self {
        case .keyCompromise: "keyCompromise"
        case .authorityCompromise: "cACompromise"
        case .affiliationChanged: "affiliationChanged"
        case .superseded: "superseded"
        case .cessationOfOperation: "cessationOfOperation"
        case .certificateHold: "certificateHold"
        case .privilegeWithdrawn: "privilegeWithdrawn"
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
