public import Audit
internal import NIOConcurrencyHelpers
internal import PKI
internal import Policy
internal import Text

extension CertificateRevocations {
    /// Takes a record of the log at the start, in order.
    ///
    /// A revocation holds from its intent on, whatever came of it then.
    public func replay(_ record: ReplayedRecord) {
        guard let revocation = CertificateRevocation(record) else { return }
        // It was done a moment after its record, and what was issued until then is revoked.
        let seconds = max(
            (record.nowNanoseconds ?? .max) / 1_000_000_000 + 1, trust.issued?.latestSeconds ?? 0)
        state.withLockedValue { state in
            let known =
                state.byID[revocation.id] ?? Known(revocation: revocation, atSeconds: seconds)
            state.replayed.append(known)
        }
    }

    /// Takes together what the log and the store know, and brings the store up to the log.
    ///
    /// Both tell their part of one history; where one is older, what only the other knows came later.
    ///
    /// - Returns: How many were in force that only the log knew.
    /// - Throws: ``AuthError/store(_:)``.
    @discardableResult
    public func finishReplay(nowNanoseconds now: Int64) throws(AuthError) -> Int {
        state.withLockedValue { state in
            let told = Set(state.replayed.map(\.revocation.id))
            let fresh = state.replayed.filter { state.byID[$0.revocation.id] == nil }
            state.unwritten += fresh
            state.list = state.replayed + state.list.filter { !told.contains($0.revocation.id) }
            for known in fresh { state.byID[known.revocation.id] = known }
            state.replayed = []
        }
        forgetEnded(nowNanoseconds: now)
        rebuild()
        let (added, gone) = pending
        try store.changeNow(revocations: added, forgotten: gone)
        isWritten(added, gone)
        return added.count
    }

    /// Writes what is not in the store yet, and takes out of it what is forgotten.
    ///
    /// - Throws: ``AuthError/store(_:)``: what is revoked is so all the same, and the next call tries again.
    public func write() async throws(AuthError) {
        let (added, gone) = pending
        guard !added.isEmpty || !gone.isEmpty else { return }
        try await store.change {
            CredentialStore.Change(
                revocations: added, forgottenRevocations: gone, result: (),
                kept: { self.isWritten(added, gone) })
        }
    }

    /// Forgets certificates that have ended by now, and what was on such; for each round.
    public func forgetEnded(nowNanoseconds now: Int64) {
        trust.issued?.forgetEnded(nowNanoseconds: now)
        let isChanged = state.withLockedValue { state in
            let last = Self.last(of: state.list)
            let ended = Set(
                state.list.filter { isOver($0, last, now) }.map(\.revocation.id))
            guard !ended.isEmpty else { return false }
            let unwritten = Set(state.unwritten.map(\.revocation.id))
            state.forgotten += ended.subtracting(unwritten)
            state.list.removeAll { ended.contains($0.revocation.id) }
            state.unwritten.removeAll { ended.contains($0.revocation.id) }
            for id in ended { state.byID[id] = nil }
            return true
        }
        if isChanged { rebuild() }
    }

    /// Which revocation of an identity is the last one.
    private static func last(of list: [Known]) -> [ExactText: String] {
        var last: [ExactText: String] = [:]
        for known in list {
            guard case .identity(let id, _) = known.revocation.reach else { continue }
            last[ExactText(id.description)] = known.revocation.id
        }
        return last
    }

    /// Whether all certificates that it can be on have ended, and stood on a list since: those of ours live no longer than a leaf may.
    private func isOver(_ known: Known, _ last: [ExactText: String], _ now: Int64) -> Bool {
        switch known.revocation.reach {
        case .authority: return false
        case .certificate(_, .some(let keyID)) where !ownKeyIDs.contains(keyID): return false
        case .identity(let id, _) where !id.trustDomain.isExactly(trustDomain): return false
        case .identity(let id, true)
        where last[ExactText(id.description)] == known.revocation.id:
            return false
        case .certificate, .identity: break
        }
        let kept = PKILimits.leafSecondsMax + PKILimits.endedListedSeconds
        return now / 1_000_000_000 - kept > known.atSeconds
    }

    /// Puts exactly those that are left into force; what is revoked of authorities stays.
    private func rebuild() {
        let (list, own) = (state.withLockedValue { $0.list }, ownKeyIDs)
        var made = RevocationSet()
        for known in list { Self.add(known, to: &made, own: own) }
        trust.revise { [made] set in
            set.certificates = made.certificates
            set.identities = made.identities
            set.revokedKeyIDs.formUnion(made.revokedKeyIDs)
        }
    }

    private var pending: (added: [Known], gone: [String]) {
        state.withLockedValue { ($0.unwritten, $0.forgotten) }
    }

    private func isWritten(_ added: [Known], _ gone: [String]) {
        let added = Set(added.map(\.revocation.id))
        let gone = Set(gone)
        state.withLockedValue { state in
            state.unwritten.removeAll { added.contains($0.revocation.id) }
            state.forgotten.removeAll { gone.contains($0) }
        }
    }
}
