public import Audit
internal import NIOConcurrencyHelpers
public import Policy
internal import Proofs

/// A session as it is shown: what is known of it, and when it was used last.
public struct ShownSession: Sendable {
    /// What is known of it; the hash of its secret stays in this module.
    public let session: Session
    /// When it was used last, to a second.
    public let usedNanoseconds: Int64
    /// When it ends unless it is used before.
    public let idleEndsNanoseconds: Int64
}

extension SessionRing {
    /// A page of sessions by id, those that are meant or, without a selection, all; `next` is the last one's id, where more follow.
    public func list(
        _ selection: SessionSelection?, after last: String?, limit: Int,
        permit: consuming Permit, receipt: consuming Receipt
    ) throws(AuthError) -> (sessions: [ShownSession], next: String?) {
        let clearance: Clearance = try clear(permit, receipt, .sessionRead, nil)
        let (isOwn, principal) = (clearance.isOwn, clearance.principal)
        let entries =
            selection.map { ids($0).compactMap { find($0) } }
            ?? state.withLockedValue { Array($0.byID.values) }
        let rest = entries.filter { entry in
            (last.map { entry.session.id > $0 } ?? true)
                && (!isOwn || entry.session.holder.digest == principal)
        }.sorted { $0.session.id < $1.session.id }
        let page = rest.prefix(limit)
        return (page.map(shown), rest.count > page.count ? page.last?.session.id : nil)
    }

    /// Whose a session is; nil for one that there is not.
    package func holder(of id: String) -> Principal? { find(id).flatMap(\.principal) }

    /// The ids of those whose proof is revoked; they are refused already, and end for good with the next round.
    public var revoked: [String] {
        state.withLockedValue { Array($0.byID.values) }.filter(isRevoked).map(\.session.id)
    }

    private func shown(_ entry: Entry) -> ShownSession {
        ShownSession(
            session: entry.session, usedNanoseconds: entry.terms.usedNanoseconds,
            idleEndsNanoseconds: min(idleEnd(of: entry), end(of: entry.session)))
    }

    /// Ends what is over or lost its proof, and writes the last uses that have changed and ends that could not be written; for each round.
    ///
    /// - Returns: The ids of those that ended, and why the store could not be written, if so.
    public func sweep(nowNanoseconds now: Int64) async -> (ended: [String], failure: AuthError?) {
        let entries = state.withLockedValue { Array($0.byID.values) }
        for entry in entries { entry.terms.clamp(to: now) }
        let over = entries.filter { isOver($0, now) || now >= idleEnd(of: $0) || isRevoked($0) }
        state.withLockedValue { $0.unwritten.formUnion(over.map(\.hash)) }
        forget(over)
        let hashes = Array(state.withLockedValue { $0.unwritten })
        let used = entries.compactMap { entry in
            entry.terms.unwrittenUse().map { (entry, $0) }
        }
        do throws(AuthError) {
            if !hashes.isEmpty {
                try await store.change {
                    CredentialStore.Change(
                        endedSessions: hashes, result: (),
                        kept: { self.state.withLockedValue { $0.unwritten.subtract(hashes) } })
                }
            }
            try await store.write(sessionUses: used.map { ($0.0.hash, $0.1) })
            return (over.map(\.session.id), nil)
        } catch {
            for (entry, _) in used { entry.terms.isUnwritten() }
            return (over.map(\.session.id), error)
        }
    }
}
