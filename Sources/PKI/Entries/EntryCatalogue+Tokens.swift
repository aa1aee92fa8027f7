public import Audit
internal import Crypto
internal import Foundation
internal import NIOConcurrencyHelpers
public import Policy

/// A join token, once, for whoever asked for it.
public struct JoinToken: Sendable {
    /// The token; it is kept nowhere.
    public let text: String
    /// The agent that it is for.
    public let agent: String
    /// Its end, nanoseconds since the Unix epoch.
    public let expiresNanoseconds: Int64
}

extension EntryCatalogue {
    /// How every join token begins.
    public static let tokenPrefix = "mxjoin_"

    /// Makes a join token; the permit must be for `identity.token`.
    public func createToken(
        agent: String, seconds: Int, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds: Int64
    ) -> Result<JoinToken, EntryRefusal> {
        do throws(EntryRefusal) {
            try Self.prove(permit, receipt, .identityToken)
            return .success(
                try makeToken(agent: agent, seconds: seconds, nowNanoseconds: nowNanoseconds))
        } catch {
            return .failure(error)
        }
    }

    private func makeToken(
        agent: String, seconds: Int, nowNanoseconds now: Int64
    ) throws(EntryRefusal) -> JoinToken {
        guard AgentNames.isName(agent) else {
            throw .invalid("\(agent.quotedForPeople) can't name an agent")
        }
        guard PKILimits.joinTokenSeconds.contains(seconds) else {
            throw .invalid(
                "ttlSeconds: \(seconds) is not within \(PKILimits.joinTokenSeconds.lowerBound)"
                    + " to \(PKILimits.joinTokenSeconds.upperBound)")
        }
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let body = secret.base64EncodedString().replacing("+", with: "-")
            .replacing("/", with: "_").replacing("=", with: "")
        let text = Self.tokenPrefix + body
        let token = StoredJoinToken(
            hash: Self.hash(of: text), agent: agent,
            expiresNanoseconds: now + Int64(seconds) * PKILimits.nanosecondsPerSecond)
        try change { state throws(EntryRefusal) in
            try forgetOld(&state, now)
            guard state.tokens.count < PKILimits.joinTokensMax else { throw .full("join tokens") }
            try store.add(token)
            state.tokens[token.hash] = token
        }
        return JoinToken(text: text, agent: agent, expiresNanoseconds: token.expiresNanoseconds)
    }

    /// The agent that a token is for, if it could be used now; nothing changes.
    public func agent(ofToken text: String, nowNanoseconds: Int64) -> Result<String, EntryRefusal> {
        let token = state.withLockedValue { $0.tokens[Self.hash(of: text)] }
        guard let token else { return .failure(.unknownToken) }
        return Self.check(token, nowNanoseconds).map { token.agent }
    }

    /// Uses a token up; of two that try at once, one succeeds.
    func redeem(_ text: String, nowNanoseconds: Int64) throws(EntryRefusal) -> String {
        let hash = Self.hash(of: text)
        return try change { state throws(EntryRefusal) in
            guard let token = state.tokens[hash] else { throw .unknownToken }
            try Self.check(token, nowNanoseconds).get()
            try store.use(hash: hash, nowNanoseconds: nowNanoseconds)
            state.tokens[hash]?.usedNanoseconds = nowNanoseconds
            return token.agent
        }
    }

    private static func check(
        _ token: StoredJoinToken, _ now: Int64
    ) -> Result<Void, EntryRefusal> {
        if token.usedNanoseconds != nil { return .failure(.usedToken(agent: token.agent)) }
        guard now < token.expiresNanoseconds else {
            return .failure(.lateToken(agent: token.agent))
        }
        return .success(())
    }

    private func forgetOld(_ state: inout State, _ now: Int64) throws(EntryRefusal) {
        let end = now - PKILimits.joinTokenMemorySeconds * PKILimits.nanosecondsPerSecond
        guard state.tokens.values.contains(where: { $0.expiresNanoseconds < end }) else { return }
        try store.forgetTokens(expiredBefore: end)
        state.tokens = state.tokens.filter { $0.value.expiresNanoseconds >= end }
    }

    private static func hash(of text: String) -> [UInt8] {
        Array(SHA256.hash(data: Data(text.utf8)))
    }
}
