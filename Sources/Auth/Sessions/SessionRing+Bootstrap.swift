public import Audit
internal import NIOConcurrencyHelpers
public import Policy
internal import Proofs

/// The first person: let in by a token that is spent in the same write that makes the session.
extension SessionRing {
    /// Opens a session for whoever brings a good token; two who bring the same get one.
    ///
    /// - Throws: ``AuthError``; then nothing is made, and nothing spent.
    public func bootstrap(
        _ plan: SessionPlan, with text: [UInt8], permit: consuming Permit,
        receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async throws(AuthError) -> Result<MintedSession, SessionRefusal> {
        let clearance: Clearance = try clear(permit, receipt, .sessionCreate, plan.id)
        let sequence = clearance.sequence
        guard let principal = bootstrapTokens.resets.principal else { return .failure(.noProof) }
        let somebody = SignedOn(
            principal: principal, proof: SessionProof(method: .bootstrap), endsNanoseconds: nil)
        let secret = SecretText(new: .session)
        let session = session(plan, somebody, sequence, now)
        return try await store.change { [bootstrapTokens] in
            guard var token = bootstrapTokens.good(SecretHash(of: text), now) else {
                return .init(
                    result: .failure(
                        .badProof(.unproven("bootstrap_spent", "no bootstrap token that is good"))))
            }
            token.isSpent = true
            return self.change(adding: session, secret, now, spending: [token])
        }
    }

    /// Whether somebody is an API key of the operator that a bootstrap makes.
    public func isBootstrapped(_ key: Principal) -> Bool {
        guard let owner = key.owner?.principal, let first = bootstrapTokens.resets.principal
        else { return false }
        return owner.kind == first.kind && owner.id.utf8.elementsEqual(first.id.utf8)
    }

    /// Makes all void that came of the bootstrap, and a new token.
    ///
    /// - Returns: The token, when it ends, and the ids of the sessions that ended.
    /// - Throws: ``AuthError`` where there is no new token; what came of the last one is void all the same, and the log has it.
    public func resetBootstrap(
        seconds: Int, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) async throws(AuthError) -> (token: SecretText, endsNanoseconds: Int64, ended: [String]) {
        let sequence = try clear(permit, receipt, .sessionRevoke, nil).sequence
        let over = state.withLockedValue { Array($0.byID.values) }.filter {
            bootstrapTokens.resets.principal?.id == $0.session.holder.id
        }
        bootstrapTokens.resets.note(sequence)
        state.withLockedValue { $0.unwritten.formUnion(over.map(\.hash)) }
        forget(over)
        let text = SecretText(new: .bootstrap)
        let token = bootstrapTokens.token(text.hash, now, seconds, sequence)
        let hashes = over.map(\.hash)
        try await store.change { [bootstrapTokens] in
            let left = bootstrapTokens.spent()
            return CredentialStore.Change(
                endedSessions: hashes, bootstrap: left + [token], result: (),
                kept: {
                    for one in left + [token] { bootstrapTokens.keep(one) }
                    self.state.withLockedValue { $0.unwritten.subtract(hashes) }
                })
        }
        return (text, token.endsNanoseconds, over.map(\.session.id))
    }
}
