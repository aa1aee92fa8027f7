internal import Policy

/// What is known of one API key; its secrets only as hashes.
///
/// Times are nanoseconds since the Unix epoch.
public struct APIKey: Sendable, Equatable, Encodable {
    /// One secret of the key, as the SHA-256 of the key's whole text.
    struct Secret: Sendable, Equatable, Encodable {
        var hash: [UInt8]
        /// When it stops being good; nil for as long as the key.
        var endsNanoseconds: Int64?
    }

    /// What a key is at a moment.
    public enum Condition: String, Sendable {
        case live
        case notYetValid = "not_yet_valid"
        case expired, revoked
        /// None of its secrets is good any more: only rotating it gives it one.
        case needsRotation = "needs_rotation"
    }

    /// The public id.
    public let id: String
    /// What people call it.
    public let name: String
    /// Who made it, and is judged in its place.
    public let owner: CredentialHolder
    /// What policies bind roles to.
    public let scopes: [String]
    /// The ranges of client addresses that it works from; empty for all.
    public let ranges: [String]
    /// The client certificate that it works beside; nil for any, or none.
    public let spiffeID: String?
    /// Requests a minute; nil for no limit of its own.
    public let perMinute: Int?
    /// Requests an hour; nil for no limit of its own.
    public let perHour: Int?
    /// The sequence of the record that it was made by.
    let createdSequence: UInt64
    /// When it was made.
    public let createdNanoseconds: Int64
    /// When it begins to be good.
    public let startsNanoseconds: Int64
    /// When it stops being good.
    public internal(set) var endsNanoseconds: Int64
    /// The sequence of the record that its secret was changed by last.
    var rotatedSequence: UInt64?
    /// When that was.
    public internal(set) var rotatedNanoseconds: Int64?
    /// When it was revoked.
    public internal(set) var revokedNanoseconds: Int64?
    /// Its secrets: the newest first, then the one before while that ends.
    var secrets: [Secret]

    /// When the secret before the newest stops being good; nil if there is none.
    public var graceEndsNanoseconds: Int64? { secrets.dropFirst().first?.endsNanoseconds }

    /// What it is at a moment.
    public func condition(nowNanoseconds now: Int64) -> Condition {
        if revokedNanoseconds != nil { return .revoked }
        if now >= endsNanoseconds { return .expired }
        if secrets.allSatisfy({ $0.endsNanoseconds.map { $0 <= now } ?? false }) {
            return .needsRotation
        }
        return now < startsNanoseconds ? .notYetValid : .live
    }

    /// When it ended or will end for good.
    var overNanoseconds: Int64 { min(revokedNanoseconds ?? .max, endsNanoseconds) }
}
