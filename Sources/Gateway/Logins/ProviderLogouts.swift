internal import Audit
internal import Auth
internal import StrictJSON

/// A provider's word that sessions have ended, verified and judged.
struct ProviderLogout: Sendable {
    /// Names the message that said so, which is good once.
    let id: String
    /// How long the message could come again, in seconds.
    let goodForSeconds: Int64
    /// Whose sessions, as they stand in the session's proof; nil where only sessions are named.
    let subject: String?
    /// Which of them, as they stand there; none for all of the subject's.
    let sessions: [String]
    /// What the record says of it, a code first.
    let reason: String
}

/// Ends sessions of which their provider says that they have ended, each on record before it is done.
final class ProviderLogouts: Sendable {
    private let journal: Journal
    private let sessions: SessionRing
    private let elapsed: @Sendable () -> Int64
    private let spent = SpentNames()

    init(journal: Journal, sessions: SessionRing, elapsed: @escaping @Sendable () -> Int64) {
        self.journal = journal
        self.sessions = sessions
        self.elapsed = elapsed
    }

    /// Ends what a provider's word names; what is open by the sessions is the caller's to end.
    ///
    /// - Returns: The ids of those that ended, none where there is none, and why the store does not say so yet, if it does not; nil where
    ///   the message was used before, or too many were.
    /// - Throws: `AuditError` where the log takes no record; then nothing was done.
    func end(
        _ word: ProviderLogout, of provider: any PersonProvider
    ) async throws(AuditError) -> (ids: [String], fault: AuthError?)? {
        let now = elapsed()
        let verdict = spent.spend(
            "\(provider.name)\0\(word.id)", until: now + word.goodForSeconds * 1_000_000_000,
            elapsedNanoseconds: now)
        guard verdict == .first else { return nil }
        let ids = ids(word, of: provider)
        // Whoever is signed off already is signed off (OpenID Connect Back-Channel Logout 1.0 section 2.7).
        guard !ids.isEmpty else { return ([], nil) }
        _ = try await journal.record(Self.record(ids, word, provider))
        var fault: AuthError?
        do throws(AuthError) {
            try await sessions.end(unvouched: ids)
        } catch {
            fault = error
        }
        for id in ids { provider.forget(session: id) }
        return (ids, fault)
    }

    private func ids(_ word: ProviderLogout, of provider: any PersonProvider) -> [String] {
        guard !word.sessions.isEmpty else {
            return sessions.ids(of: provider.name, subject: word.subject, session: nil)
        }
        let found = word.sessions.flatMap { session in
            sessions.ids(of: provider.name, subject: word.subject, session: session)
        }
        return Set(found).sorted()
    }

    private static func record(
        _ ids: [String], _ word: ProviderLogout, _ provider: any PersonProvider
    ) -> Record {
        var writer = JSONWriter(capacity: 192)
        writer.raw("{\"sessions\":")
        writer.strings(ids)
        writer.raw(",\"provider\":")
        writer.string(provider.name)
        writer.raw("}")
        return Record(
            kind: .system, action: SessionRing.endAction, reason: word.reason,
            detail: writer.bytes)
    }
}
