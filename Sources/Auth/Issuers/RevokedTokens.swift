internal import NIOConcurrencyHelpers

/// Tokens that were revoked before their time, by issuer and `jti`; each is kept until the token ends by itself.
public final class RevokedTokens: Sendable {
    private struct Name: Hashable {
        let issuer: String
        let id: String
    }

    private let ends: NIOLockedValueBox<[Name: Int64]> = .init([:])

    /// Makes an empty list.
    public init() {}

    /// Whether a token was revoked.
    public func contains(issuer: String, id: String) -> Bool {
        ends.withLockedValue { $0[Name(issuer: issuer, id: id)] != nil }
    }

    /// Revokes a token until a moment after which it is refused anyway.
    ///
    /// - Throws: ``AuthError/full`` when the list holds as many as it may and none has ended.
    public func insert(
        issuer: String, id: String, endsNanoseconds: Int64, nowNanoseconds now: Int64
    ) throws(AuthError) {
        let isTaken = ends.withLockedValue { ends in
            if ends.count >= AuthLimits.revokedTokensMax { ends = ends.filter { $1 > now } }
            guard ends.count < AuthLimits.revokedTokensMax else { return false }
            ends[Name(issuer: issuer, id: id)] = endsNanoseconds
            return true
        }
        guard isTaken else { throw .full }
    }
}
