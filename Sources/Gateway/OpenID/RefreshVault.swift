internal import Auth
internal import NIOConcurrencyHelpers

/// What a provider gave for each session to ask it again with: in memory and nowhere else, gone with the session and with the process.
///
/// Sessions that were made of one another share what was given: a token that is good once must not be known to two.
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

    /// What somebody gets who wants to ask with a grant.
    enum Loan {
        /// Nothing is kept for the session.
        case none
        /// The grant, under a number by which it is given back.
        case lent(Grant, number: Int)
        /// Somebody asks with it already, for another session.
        case away(number: Int)
    }

    /// What came of asking.
    typealias Outcome = Result<VouchedPerson, ProviderFault>

    private struct State {
        /// The number of each session's grant.
        var numbers: [String: Int] = [:]
        var grants: [Int: Grant] = [:]
        /// How many sessions share a grant.
        var owners: [Int: Int] = [:]
        /// Grants that are being asked with, and who waits for what comes of it.
        var away: [Int: [CheckedContinuation<Outcome, Never>]] = [:]
        var next = 0
        var bytes = 0

        mutating func letGo(_ session: String) {
            guard let number = numbers.removeValue(forKey: session) else { return }
            let others = (owners[number] ?? 1) - 1
            owners[number] = others > 0 ? others : nil
            if others <= 0 { bytes -= grants.removeValue(forKey: number)?.bytes ?? 0 }
        }
    }

    private let bytesMax: Int
    private let state = NIOLockedValueBox(State())

    init(bytesMax: Int = OpenIDRounds.vaultBytesMax) {
        self.bytesMax = bytesMax
    }

    /// Keeps what came with a sign-on; where there is no room, its session ends when it is asked about.
    func keep(_ grant: Grant, for session: String) {
        state.withLockedValue { state in
            state.letGo(session)
            guard state.bytes + grant.bytes <= bytesMax else { return }
            state.bytes += grant.bytes
            state.grants[state.next] = grant
            state.owners[state.next] = 1
            state.numbers[session] = state.next
            state.next += 1
        }
    }

    /// Has a session that was made of another hang on the same grant.
    func share(_ session: String, with other: String) {
        state.withLockedValue { state in
            guard let number = state.numbers[session], state.numbers[other] == nil else { return }
            state.numbers[other] = number
            state.owners[number, default: 0] += 1
        }
    }

    func forget(_ session: String) { state.withLockedValue { $0.letGo(session) } }

    func grant(for session: String) -> Grant? {
        state.withLockedValue { state in state.numbers[session].flatMap { state.grants[$0] } }
    }

    /// Takes a grant to ask with: a token that may be used once must not be used twice at the same time.
    func borrow(_ session: String) -> Loan {
        state.withLockedValue { state in
            guard let number = state.numbers[session], let grant = state.grants[number] else {
                return .none
            }
            guard state.away[number] == nil else { return .away(number: number) }
            state.away[number] = []
            return .lent(grant, number: number)
        }
    }

    /// What comes of the asking that is under way; nil where it is over.
    func outcome(_ number: Int) async -> Outcome? {
        guard state.withLockedValue({ $0.away[number] != nil }) else { return nil }
        return await withCheckedContinuation { continuation in
            let isAway = state.withLockedValue { state in
                state.away[number]?.append(continuation) != nil
            }
            guard isAway else {
                continuation.resume(
                    returning: .failure(.unavailable(reason: "the provider was just asked")))
                return
            }
        }
    }

    /// Gives a grant back, as it is after asking; one whose sessions were forgotten meanwhile is not kept.
    func giveBack(_ number: Int, _ grant: Grant, _ outcome: Outcome) {
        let waiting = state.withLockedValue { state in
            if let before = state.grants[number] {
                state.bytes += grant.bytes - before.bytes
                state.grants[number] = grant
            }
            return state.away.removeValue(forKey: number) ?? []
        }
        for one in waiting { one.resume(returning: outcome) }
    }

    /// How many grants are kept.
    var count: Int { state.withLockedValue { $0.grants.count } }
}
