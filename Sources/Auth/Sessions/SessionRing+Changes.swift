public import Audit
internal import NIOConcurrencyHelpers
public import Policy
internal import Proofs

/// Which sessions are meant.
public enum SessionSelection: Sendable, Equatable {
    /// The one of an id.
    case one(String)
    /// All of a holder, as records name principals.
    case holder(kind: Principal.Kind, id: String)
}

/// What is done to sessions under a permit and a receipt. Expected refusals are values; what fails is thrown.
extension SessionRing {
    /// Opens a session for whoever has just signed on.
    ///
    /// Its secret is new whatever was brought, so nobody can fix it beforehand.
    ///
    /// With `spendsBootstrap` the same write spends what is left of bootstrap tokens, since an operator is here.
    ///
    /// - Throws: ``AuthError``; then nothing is made, and nothing spent.
    public func create(
        _ plan: SessionPlan, for somebody: SignedOn, spendsBootstrap: Bool = false,
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async throws(AuthError) -> Result<MintedSession, SessionRefusal> {
        let sequence = try clear(permit, receipt, .sessionCreate, plan.id).sequence
        let secret = SecretText(new: .session)
        let session = session(plan, somebody, sequence, now)
        return try await store.change {
            self.change(
                adding: session, secret, now,
                spending: spendsBootstrap ? self.bootstrapTokens.spent() : [])
        }
    }

    func session(
        _ plan: SessionPlan, _ somebody: SignedOn, _ sequence: UInt64, _ now: Int64
    ) -> Session {
        let end = now.addingReportingOverflow(bounds.absoluteNanoseconds)
        return Session(
            id: plan.id, holder: CredentialHolder(somebody.principal),
            roles: somebody.principal.directRoles, proof: somebody.proof,
            createdSequence: sequence, createdNanoseconds: now,
            endsNanoseconds: min(
                end.overflow ? .max : end.partialValue, somebody.endsNanoseconds ?? .max))
    }

    /// What is written for a new session, where there is room for it.
    func change(
        adding session: Session, _ secret: SecretText, _ now: Int64,
        spending tokens: [BootstrapTokens.Token] = []
    ) -> CredentialStore.Change<Result<MintedSession, SessionRefusal>> {
        let hash = secret.hash
        switch room(for: session, now) {
        case .failure(let refusal): return .init(result: .failure(refusal))
        case .success(let leaving):
            let minted = MintedSession(
                session: session, idleSeconds: bounds.idleSeconds, secret: secret,
                ended: leaving.map(\.session.id))
            return .init(
                sessions: [StoredSession(session, hash, usedNanoseconds: now)],
                endedSessions: leaving.map(\.hash), bootstrap: tokens, result: .success(minted),
                kept: {
                    for token in tokens { self.bootstrapTokens.keep(token) }
                    self.forget(leaving)
                    self.keep(session, hash, usedNanoseconds: now, now)
                })
        }
    }

    /// The ids of the sessions that are meant and there now.
    public func ids(_ selection: SessionSelection) -> [String] {
        state.withLockedValue { state in
            switch selection {
            case .one(let id): state.byID[id].map { [$0.session.id] } ?? []
            case .holder(let kind, let id):
                state.byHolder[PrincipalDigest(kind: kind.rawValue, id: id)] ?? []
            }
        }
    }

    /// Ends sessions for good: at once in memory, and on disk before it returns.
    ///
    /// - Returns: The ids of those that ended.
    /// - Throws: ``AuthError`` where it is not on disk; they have ended all the same, and the log has it.
    public func end(
        _ selection: SessionSelection, id: String?, permit: consuming Permit,
        receipt: consuming Receipt
    ) async throws(AuthError) -> [String] {
        let clearance = try clear(permit, receipt, .sessionRevoke, id)
        let (isOwn, principal) = (clearance.isOwn, clearance.principal)
        return try await store.change {
            let entries = self.ids(selection).compactMap { self.find($0) }.filter {
                // INVARIANT: who may end his own ends no other's.
                !isOwn || $0.session.holder.digest == principal
            }
            let hashes = entries.map(\.hash)
            self.state.withLockedValue { $0.unwritten.formUnion(hashes) }
            self.forget(entries)
            return .init(
                endedSessions: hashes, result: entries.map(\.session.id),
                kept: { self.state.withLockedValue { $0.unwritten.subtract(hashes) } })
        }
    }

    /// Whether there is room for a session; those that have to go for it.
    private func room(
        for session: Session, _ now: Int64
    ) -> Result<[Entry], SessionRefusal> {
        let own = ids(.holder(session.holder))
        var leaving: [Entry] = []
        if own.count >= bounds.perHolderMax {
            leaving = own.prefix(own.count - bounds.perHolderMax + 1).compactMap { find($0) }
        }
        guard find(session.id) == nil, count - leaving.count < bounds.sessionsMax else {
            return .failure(.full)
        }
        return .success(leaving)
    }

    /// Uses permit and receipt up, if they are for what is to be done.
    func clear(
        _ permit: consuming Permit, _ receipt: consuming Receipt, _ action: Action, _ id: String?
    ) throws(AuthError) -> Clearance {
        switch Clearance.check(permit, receipt, for: WantedOperation(action, id: id)) {
        case .success(let clearance): return clearance
        case .failure(let mismatch): throw .unproven(mismatch.reason)
        }
    }
}

extension SessionSelection {
    /// All of a holder that is stored.
    static func holder(_ holder: CredentialHolder) -> SessionSelection {
        .holder(kind: Principal.Kind(rawValue: holder.kind) ?? .anonymous, id: holder.id)
    }
}
