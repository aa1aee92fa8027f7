internal import Policy

/// What is known of one API key; its secrets only as hashes.
///
/// Times are nanoseconds since the Unix epoch.
public struct APIKey: Sendable, Equatable, Codable {
    /// One secret of the key, as the SHA-256 of the key's whole text.
    struct Secret: Sendable, Equatable, Codable {
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
    public let owner: APIKeyOwner
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

/// Who made a key, as he was then.
public struct APIKeyOwner: Sendable, Equatable, Codable {
    /// The kind of principal.
    public let kind: String
    /// Its id among those of its kind.
    public let id: String
    let authentication: String
    let spiffeID: String?
    let ldapGroups: [String]
    let samlGroups: [String]
    /// Issuer, claim, value.
    let claims: [[String]]
    let membership: StoredMembership?

    struct StoredMembership: Sendable, Equatable, Codable {
        let provider: String
        let isOnlyProvider: Bool
        let groups: [String]
    }

    init(_ principal: Principal) {
        kind = principal.kind.rawValue
        id = principal.id
        authentication = principal.authentication.rawValue
        spiffeID = principal.spiffeID?.description
        ldapGroups = principal.ldapGroups
        samlGroups = principal.samlGroups
        claims = principal.oidcClaims.map { [$0.issuer, $0.claim, $0.value] }
        membership = principal.membership.map {
            StoredMembership(
                provider: $0.provider, isOnlyProvider: $0.isOnlyProvider, groups: $0.groups)
        }
    }

    /// The principal in short, to tell owners apart.
    var digest: PrincipalDigest { PrincipalDigest(kind: kind, id: id) }

    /// The principal again, for the policy in force now; nil where what was stored makes none.
    func principal(template: IdentityTemplate, trustDomain: String) -> Principal? {
        guard let kind = Principal.Kind(rawValue: kind), kind != .anonymous, kind != .key,
            let authentication = Principal.Authentication(rawValue: authentication)
        else { return nil }
        var id: SPIFFEID?
        if let spiffeID {
            guard let parsed = try? SPIFFEID(parsing: spiffeID) else { return nil }
            id = parsed
        }
        let isOwnService =
            kind == .service && id?.trustDomain.utf8.elementsEqual(trustDomain.utf8) == true
        var principal = Principal(
            kind: kind, id: self.id, authentication: authentication, spiffeID: id,
            service: isOwnService ? id.flatMap(template.serviceIdentity) : nil)
        principal.ldapGroups = ldapGroups
        principal.samlGroups = samlGroups
        principal.membership = membership.map {
            Membership(
                provider: $0.provider, isOnlyProvider: $0.isOnlyProvider, groups: $0.groups)
        }
        principal.oidcClaims = claims.filter { $0.count == 3 }.map {
            OIDCClaim(issuer: $0[0], claim: $0[1], value: $0[2])
        }
        return principal
    }
}
