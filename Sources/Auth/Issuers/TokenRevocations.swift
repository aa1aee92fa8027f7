public import Audit
internal import NIOConcurrencyHelpers
public import Policy
public import Proofs
internal import Text

/// Tokens that are no good although they verify: in memory, and rebuilt from the log at each start.
///
/// The record of a revocation is on disk before it is done, so no crash loses one, and no copy of a folder that is put back
/// brings a token to life that the log has seen revoked.
public final class TokenRevocations: Sendable {
    private struct Name: Hashable {
        let provider: ExactText
        let id: ExactText

        init(_ provider: String, _ id: String) {
            self.provider = ExactText(provider)
            self.id = ExactText(id)
        }
    }

    private struct State {
        var tokens: Set<Name> = []
        /// Until when tokens must have been issued to be revoked, in seconds.
        var holders: [Name: Int64] = [:]
        var providers: [ExactText: Int64] = [:]

        var count: Int { tokens.count + holders.count + providers.count }
    }

    private let state = NIOLockedValueBox(State())
    let generation = TokenGeneration()

    private let countMax: Int

    /// Makes an empty list.
    public convenience init() { self.init(countMax: TokenLimits.revokedMax) }

    /// Makes an empty list for so many.
    package init(countMax: Int) { self.countMax = countMax }

    /// Revokes from now on, at the next request of whoever uses such a token.
    ///
    /// - Returns: Whether there was room for it; or why the permit is not for this.
    public func revoke(
        _ revocation: TokenRevocation, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds: Int64
    ) -> Result<Bool, Mismatch> {
        Clearance.check(permit, receipt, for: WantedOperation(.sessionRevoke)).map { _ in
            take(revocation, nowNanoseconds)
        }
    }

    /// Takes a record of the log at the start, in order.
    ///
    /// A revocation holds from its intent on, whatever came of it then.
    public func replay(_ record: ReplayedRecord, _ persons: PersonVault) {
        guard let revocation = TokenRevocation(record, persons) else { return }
        _ = take(revocation, record.nowNanoseconds ?? .max)
    }

    /// Whether a token is revoked.
    ///
    /// - Parameters:
    ///   - id: Its own name.
    ///   - holder: Who it is for, as records name them.
    ///   - issuer: Whose it is.
    ///   - issuedSeconds: When it was issued; a token that does not say so counts as old.
    /// - Returns: True for one that no longer counts.
    func isRevoked(
        _ id: String?, of holder: String, from issuer: TokenIssuer, issuedSeconds: Int64?
    ) -> Bool {
        let name = issuer.name
        return state.withLockedValue { state in
            if state.count == 0 { return false }
            if let id, state.tokens.contains(Name(name, id)) { return true }
            let ends = [state.holders[Name(name, holder)], state.providers[ExactText(name)]]
            guard let end = ends.compactMap({ $0 }).max() else { return false }
            guard let issuedSeconds else { return true }
            // The issuer's clock may be ahead of ours: what it says was issued then may have been issued before.
            return issuedSeconds - max(issuer.skewSeconds, 1) <= end
        }
    }

    private func take(_ revocation: TokenRevocation, _ nowNanoseconds: Int64) -> Bool {
        let provider = revocation.provider
        let now = nowNanoseconds / 1_000_000_000
        let isTaken = state.withLockedValue { state in
            switch revocation.reach {
            case .token(let id):
                let name = Name(provider, id)
                guard state.tokens.contains(name) || state.count < countMax else {
                    return false
                }
                state.tokens.insert(name)
            case .holder(let id):
                let name = Name(provider, id)
                guard state.holders[name] != nil || state.count < countMax else {
                    return false
                }
                state.holders[name] = max(now, state.holders[name] ?? .min)
            case .all:
                let name = ExactText(provider)
                state.providers[name] = max(now, state.providers[name] ?? .min)
            }
            return true
        }
        generation.advance()
        return isTaken
    }
}
