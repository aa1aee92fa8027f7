package import Audit
package import Policy
internal import Proofs

/// A session that may have another made of itself, for a program of the same person.
package struct DerivableSession: Sendable {
    package let session: Session
    /// Its holder as of now.
    package let holder: Principal
}

/// Sessions that are made of others: for the same holder, by the same proof.
extension SessionRing {
    /// A session of which another can be made; nil for one that is over or hangs on what is no good any more.
    package func derivable(_ id: String, nowNanoseconds now: Int64) -> DerivableSession? {
        guard let entry = find(id), !isOver(entry, now), now < idleEnd(of: entry),
            let holder = entry.principal, !isRevoked(entry),
            certificates?.isSuspended(entry.session) != true,
            !bootstrapTokens.resets.isVoid(
                entry.session.holder, madeBy: entry.session.createdSequence)
        else { return nil }
        return DerivableSession(session: entry.session, holder: holder)
    }

    /// Makes a session of another, with a secret of its own.
    ///
    /// It hangs on all that the other hangs on, and ends no later; ending the other leaves it as it is.
    ///
    /// - Returns: Nil where the other has ended meanwhile.
    /// - Throws: ``AuthError``; then nothing is made.
    package func create(
        _ plan: SessionPlan, of other: String, permit: consuming Permit,
        receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async throws(AuthError) -> Result<MintedSession, SessionRefusal>? {
        let clearance: Clearance = try clear(permit, receipt, .sessionCreate, plan.id)
        let secret = SecretText(new: .session)
        return try await store.change {
            guard let found = self.derivable(other, nowNanoseconds: now) else {
                return .init(result: nil)
            }
            let session = found.session.derived(plan, clearance.sequence, now)
            let change = self.change(adding: session, secret, now)
            return .init(
                sessions: change.sessions, endedSessions: change.endedSessions,
                result: change.result, kept: change.kept)
        }
    }
}

extension Session {
    fileprivate func derived(_ plan: SessionPlan, _ sequence: UInt64, _ now: Int64) -> Session {
        Session(
            id: plan.id, holder: holder, roles: roles, proof: proof, createdSequence: sequence,
            createdNanoseconds: now, endsNanoseconds: endsNanoseconds)
    }
}
