internal import Auth
internal import NIOConcurrencyHelpers

/// What a provider gave for each session to ask it again with: in memory and nowhere else, gone with the session and with the process.
final class RefreshVault: Sendable {
    /// What is kept for one session.
    struct Grant: Sendable {
        /// What is shown to be asked again; nil where the provider gives nothing for it.
        var token: String?
        /// What names the session when its person signs off there; nil where that is not offered.
        var idToken: String?
        let nonce: String?
        /// The person as they were when the provider was asked last.
        var person: VouchedPerson

        var bytes: Int { (token?.utf8.count ?? 0) + (idToken?.utf8.count ?? 0) }
    }

    private struct State {
        var grants: [String: Grant] = [:]
        var busy: Set<String> = []
        var bytes = 0
    }

    private let bytesMax: Int
    private let state = NIOLockedValueBox(State())

    init(bytesMax: Int = OpenIDRounds.vaultBytesMax) {
        self.bytesMax = bytesMax
    }

    /// Keeps what came with a sign-on; where there is no room, its session ends when it is asked about.
    func keep(_ grant: Grant, for session: String) {
        state.withLockedValue { state in
            let before = state.grants[session]?.bytes ?? 0
            guard state.bytes - before + grant.bytes <= bytesMax else { return }
            state.bytes += grant.bytes - before
            state.grants[session] = grant
        }
    }

    func forget(_ session: String) {
        state.withLockedValue { state in
            state.bytes -= state.grants.removeValue(forKey: session)?.bytes ?? 0
            state.busy.remove(session)
        }
    }

    func grant(for session: String) -> Grant? {
        state.withLockedValue { $0.grants[session] }
    }

    /// Takes a grant to ask with: a token that may be used once must not be used twice at the same time.
    ///
    /// - Returns: Nil where somebody is asking with it.
    func borrow(_ session: String) -> Grant? {
        state.withLockedValue { state in
            guard let grant = state.grants[session], state.busy.insert(session).inserted else {
                return nil
            }
            return grant
        }
    }

    /// Gives a grant back, as it is after asking; one whose session was forgotten meanwhile is not kept.
    func giveBack(_ session: String, _ grant: Grant) {
        state.withLockedValue { state in
            state.busy.remove(session)
            guard let before = state.grants[session] else { return }
            state.bytes += grant.bytes - before.bytes
            state.grants[session] = grant
        }
    }

    /// How many sessions something is kept for.
    var count: Int { state.withLockedValue { $0.grants.count } }
}
