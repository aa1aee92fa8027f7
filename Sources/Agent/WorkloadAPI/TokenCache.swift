internal import NIOConcurrencyHelpers
internal import PKI

/// A JWT-SVID of the gateway's.
struct HeldToken: Sendable {
    let text: String
    let expiresNanoseconds: Int64
    /// From then on a new one is asked for.
    let renewNanoseconds: Int64
}

/// Where JWT-SVIDs come from.
protocol TokenSource: Sendable {
    /// A token of an entry's identity.
    func token(of entry: RegistrationEntry, audience: [String]) async throws(AgentError)
        -> HeldToken
}

/// Tokens that are young enough to be given again.
final class TokenCache: Sendable {
    private struct Key: Hashable {
        let entry: String
        let audience: [String]
    }

    private let tokens = NIOLockedValueBox<[Key: HeldToken]>([:])

    func token(_ entry: String, _ audience: [String]) -> HeldToken? {
        tokens.withLockedValue { $0[Key(entry: entry, audience: audience)] }
    }

    func set(_ token: HeldToken, _ entry: String, _ audience: [String]) {
        tokens.withLockedValue { tokens in
            if tokens.count >= AgentLimits.tokensMax { tokens.removeAll() }
            tokens[Key(entry: entry, audience: audience)] = token
        }
    }
}
