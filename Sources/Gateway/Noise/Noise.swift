internal import Audit
internal import NIOConcurrencyHelpers
internal import Policy

/// What strangers cause: a few records of each source every minute, and exact counts of all the rest.
///
/// Refusals of those who proved who they are do not come here, unless they are over their rate.
final class Noise: Sendable {
    private typealias Ledger = NoiseLedger<ClientSource>

    private let journal: Journal
    private let clock: @Sendable () -> Int64
    private let ledger = NIOLockedValueBox(Ledger())

    init(journal: Journal, clock: @escaping @Sendable () -> Int64) {
        self.journal = journal
        self.clock = clock
    }

    /// Takes a refusal of a stranger.
    ///
    /// - Parameters:
    ///   - kind: What was refused and why.
    ///   - source: Where the stranger is; nil if that is not known.
    ///   - record: Makes the record of its own, if it may have one.
    ///   - done: Called once, on any thread: when the record is on disk, or at once if the refusal was counted.
    func refused(
        _ kind: RefusalKind, of source: ClientSource?, record: () -> Record,
        done: @escaping @Sendable () -> Void = {}
    ) {
        let now = clock()
        guard ledger.withLockedValue({ $0.admit(kind, of: source, at: now) }) else {
            return done()
        }
        journal.recordNoise(record()) { [ledger] failure in
            if failure != nil { ledger.withLockedValue { $0.count(kind, of: source, at: now) } }
            done()
        }
    }

    /// Writes what was counted since the last time; what can't be written is kept.
    func write() async {
        let counts = ledger.withLockedValue { $0.take() }
        guard !counts.isEmpty else { return }
        do {
            try await journal.record(all: counts.map { Self.aggregate($0, $1).record })
        } catch {
            ledger.withLockedValue { $0.putBack(counts) }
        }
    }

    private static func aggregate(_ row: Ledger.Row, _ tally: Ledger.Tally) -> Aggregate {
        let client = row.source.map { ClientFields(ip: $0.description, port: 0) }
        return Aggregate(
            scope: client == nil ? .everybody : .source,
            identity: IdentityFragment(principal: PrincipalFields(.anonymous), client: client),
            action: row.kind.action, gate: row.kind.gate, reason: row.kind.code,
            status: row.kind.status, count: tally.count, firstNanoseconds: tally.first,
            lastNanoseconds: tally.last)
    }
}

extension PrincipalFields {
    init(_ principal: Principal, roles: [String] = []) {
        self.init(
            kind: principal.kind.rawValue, id: principal.id,
            auth: principal.authentication.rawValue, roles: roles)
    }
}
