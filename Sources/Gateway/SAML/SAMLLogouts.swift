internal import Audit
internal import Auth
internal import SAML
internal import StrictJSON

/// Ends sessions of which their SAML provider says that they have ended, each on record before it is done.
final class SAMLLogouts: Sendable {
    private let journal: Journal
    private let sessions: SessionRing
    private let elapsed: @Sendable () -> Int64
    private let spent = SpentNames()

    init(journal: Journal, sessions: SessionRing, elapsed: @escaping @Sendable () -> Int64) {
        self.journal = journal
        self.sessions = sessions
        self.elapsed = elapsed
    }

    /// Ends what a provider's request names; what is open by the sessions is the caller's to end.
    ///
    /// - Returns: The ids of those that ended, none where there is none, and why the store does not say so yet, if it does not.
    /// - Throws: ``SAMLRefusal/replayed``, or `AuditError` where the log takes no record; then nothing was done.
    func end(
        _ request: LogoutRequest, of provider: SAMLProvider
    ) async throws -> (ids: [String], fault: AuthError?) {
        let left = max(0, request.spentUntilSeconds - provider.nowSeconds)
        let now = elapsed()
        let verdict = spent.spend(
            "\(provider.name) \(request.id)", until: now + left * 1_000_000_000,
            elapsedNanoseconds: now)
        guard verdict == .first else { throw SAMLRefusal.replayed }
        let ids = ids(request, of: provider)
        guard !ids.isEmpty else { return ([], nil) }
        _ = try await journal.record(Self.record(ids, provider))
        var fault: AuthError?
        do throws(AuthError) {
            try await sessions.end(unvouched: ids)
        } catch {
            fault = error
        }
        for id in ids { provider.forget(session: id) }
        return (ids, fault)
    }

    /// All of the person's, or those of the provider's sessions that are named.
    private func ids(_ request: LogoutRequest, of provider: SAMLProvider) -> [String] {
        let entity = provider.authority
        let subject = SAMLHandle.subject(request.nameID, at: entity)
        guard !request.sessionIndexes.isEmpty else {
            return sessions.ids(of: provider.name, subject: subject, session: nil)
        }
        let found = request.sessionIndexes.flatMap { index in
            sessions.ids(
                of: provider.name, subject: subject,
                session: SAMLHandle.session(index, at: entity))
        }
        return Set(found).sorted()
    }

    private static func record(_ ids: [String], _ provider: SAMLProvider) -> Record {
        var writer = JSONWriter(capacity: 192)
        writer.raw("{\"sessions\":")
        writer.strings(ids)
        writer.raw(",\"provider\":")
        writer.string(provider.name)
        writer.raw("}")
        return Record(
            kind: .system, action: SessionRing.endAction,
            reason: "saml_logged_out: the provider says that the session has ended",
            detail: writer.bytes)
    }
}
