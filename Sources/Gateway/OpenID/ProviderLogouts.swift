internal import Audit
internal import Auth
internal import StrictJSON

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

    /// Why no session was ended.
    enum Refusal: Error, CustomStringConvertible {
        /// The token was used before, or too many were.
        case spent

        var description: String {
            switch self {
            case .spent: "the logout token was used before"
            }
        }
    }

    /// Ends what a provider's word names; what is open by the sessions is the caller's to end.
    ///
    /// - Returns: The ids of those that ended, and why the store does not say so yet, if it does not.
    /// - Throws: ``Refusal``, or `AuditError` where the log takes no record; then nothing was done.
    func end(
        _ word: LogoutWord, of provider: OpenIDProvider
    ) async throws -> (ids: [String], fault: AuthError?) {
        let window = OpenIDLimits.logoutSeconds + 2 * provider.settings.skewSeconds
        let verdict = spent.spend(
            "\(provider.name)\0\(word.tokenID)", until: elapsed() + window * 1_000_000_000,
            elapsedNanoseconds: elapsed())
        guard verdict == .first else { throw Refusal.spent }
        let ids = sessions.ids(
            of: provider.name, subject: word.subject, session: word.session)
        // Whoever is signed off already is signed off (OpenID Connect Back-Channel Logout 1.0 section 2.7).
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

    private static func record(_ ids: [String], _ provider: OpenIDProvider) -> Record {
        var writer = JSONWriter(capacity: 192)
        writer.raw("{\"sessions\":")
        writer.strings(ids)
        writer.raw(",\"provider\":")
        writer.string(provider.name)
        writer.raw("}")
        return Record(
            kind: .system, action: SessionRing.endAction,
            reason: "oidc_logged_out: the provider says that the session has ended",
            detail: writer.bytes)
    }
}
