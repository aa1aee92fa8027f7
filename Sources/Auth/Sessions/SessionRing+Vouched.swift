internal import NIOConcurrencyHelpers
internal import Policy
internal import Text

/// A session whose holder a provider vouches for, as that provider is asked about it.
package struct VouchedSession: Sendable, Equatable {
    /// The session's id.
    package let id: String
    /// The provider's name.
    package let provider: String
    /// The holder, as the provider called them.
    package let person: String
    /// What the provider knows them by.
    package let handle: ProviderHandle
}

/// How the holder of a session has changed since its provider was asked last.
package struct HolderChange: Sendable, Equatable {
    /// Groups that are new.
    package let added: [String]
    /// Groups that are gone.
    package let removed: [String]
}

/// Sessions by the word of a provider, which can change or be taken back while they last.
extension SessionRing {
    /// All sessions that a provider that is configured now vouches for.
    package var vouched: [VouchedSession] {
        state.withLockedValue { Array($0.byID.values) }.compactMap(Self.vouched)
    }

    /// The ids of the sessions that a provider knows by a subject or a session of its own; both, where both are named.
    package func ids(of provider: String, subject: String?, session: String?) -> [String] {
        guard subject != nil || session != nil else { return [] }
        return vouched.filter { one in
            one.provider.isExactly(provider)
                && subject.map { one.handle.subject.isExactly($0) } ?? true
                && session.map { one.handle.session?.isExactly($0) == true } ?? true
        }.map(\.id)
    }

    /// How the holder of a session differs from how its provider has them now; nil where nothing does.
    package func change(of id: String, to somebody: SignedOn) -> HolderChange? {
        guard let entry = find(id) else { return nil }
        let renewed = renewed(entry, somebody)
        guard differs(renewed, from: entry) else { return nil }
        let (before, after) = (Self.groups(of: entry.session), Self.groups(of: renewed))
        return HolderChange(
            added: after.subtracting(before).sorted(), removed: before.subtracting(after).sorted())
    }

    /// Has a session be of its holder as the provider has them now; on disk when this returns.
    ///
    /// Its secret stays what it is.
    ///
    /// - Throws: ``AuthError/store(_:)``; then it is as it was.
    package func renew(
        _ id: String, to somebody: SignedOn, nowNanoseconds now: Int64
    ) async throws(AuthError) {
        try await store.change {
            guard let entry = self.find(id) else { return .init(result: ()) }
            let session = self.renewed(entry, somebody)
            guard self.differs(session, from: entry) else { return .init(result: ()) }
            let used = entry.terms.usedNanoseconds
            return .init(
                sessions: [StoredSession(session, entry.hash, usedNanoseconds: used)], result: (),
                kept: { self.replace(entry, with: session, now) })
        }
    }

    /// Ends sessions that their provider does not vouch for any more; the record that says so is on disk before.
    ///
    /// - Throws: ``AuthError/store(_:)``; they have ended all the same, and the log has it.
    package func end(unvouched ids: [String]) async throws(AuthError) {
        try await store.change {
            let entries = ids.compactMap { self.find($0) }
            let hashes = entries.map(\.hash)
            self.state.withLockedValue { $0.unwritten.formUnion(hashes) }
            self.forget(entries)
            return .init(
                endedSessions: hashes, result: (),
                kept: { self.state.withLockedValue { $0.unwritten.subtract(hashes) } })
        }
    }

    /// The session with the holder as they are now; whose it is, and what it was opened with, stays.
    private func renewed(_ entry: Entry, _ somebody: SignedOn) -> Session {
        let old = entry.session
        return Session(
            id: old.id, holder: CredentialHolder(somebody.principal),
            roles: somebody.principal.directRoles, proof: old.proof,
            createdSequence: old.createdSequence, createdNanoseconds: old.createdNanoseconds,
            endsNanoseconds: min(old.endsNanoseconds, somebody.endsNanoseconds ?? .max))
    }

    /// Whether a session is judged otherwise than it was; texts by their code units.
    private func differs(_ session: Session, from entry: Entry) -> Bool {
        session.endsNanoseconds != entry.session.endsNanoseconds
            || principal(of: session, voucher(of: session)) != entry.principal
    }

    private static func vouched(_ entry: Entry) -> VouchedSession? {
        let session = entry.session
        guard entry.principal != nil, let provider = entry.provider?.name,
            let subject = session.proof.subject
        else { return nil }
        return VouchedSession(
            id: session.id, provider: provider,
            person: String(
                decoding: session.holder.id.utf8.dropFirst(provider.utf8.count + 1),
                as: UTF8.self),
            handle: ProviderHandle(subject: subject, session: session.proof.providerSession))
    }

    private static func groups(of session: Session) -> Set<String> {
        let holder = session.holder
        return Set(
            (holder.membership?.groups ?? []) + holder.ldapGroups + holder.samlGroups
                + session.roles.map { "role \($0)" })
    }
}
