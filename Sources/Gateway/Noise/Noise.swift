internal import Audit
internal import NIOConcurrencyHelpers
internal import Policy

/// What strangers cause, what is over its rate, and requests begun and left: a few records of each every minute, and exact counts of all the rest.
///
/// Refusals of those who proved who they are do not come here, but for those two, which have a quota of their own.
final class Noise: Sendable {
    /// Whose requests are counted together.
    private struct Known: Hashable, Sendable {
        let kind: Principal.Kind
        let id: String
        let authentication: Principal.Authentication
    }

    private let journal: Journal
    private let people: RecordedPeople
    private let clock: @Sendable () -> Int64
    private let strangers = NIOLockedValueBox(NoiseLedger<ClientSource>())
    private let principals = NIOLockedValueBox(NoiseLedger<Known>())

    init(
        journal: Journal, people: RecordedPeople, clock: @escaping @Sendable () -> Int64
    ) {
        self.people = people
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
        take(kind, of: source, in: strangers, record, done)
    }

    /// Whether a stranger's refusal may be a record, which the caller then writes; if not, it has been counted.
    func mayRecord(_ kind: RefusalKind, of source: ClientSource?) -> Bool {
        let now = clock()
        return strangers.withLockedValue { $0.admit(kind, of: source, at: now) }
    }

    /// Takes a request of somebody known that is over his rate or was never finished.
    func limited(_ kind: RefusalKind, _ principal: Principal, record: () -> Record) {
        let known = Known(
            kind: principal.kind, id: principal.id, authentication: principal.authentication)
        take(kind, of: known, in: principals, record, {})
    }

    /// Writes what was counted since the last time; what can't be written is kept.
    func write() async {
        await write(strangers) { source, tally, kind in
            let client = source.map { ClientFields(ip: $0.description, port: 0) }
            return Aggregate(
                scope: client == nil ? .everybody : .source,
                identity: IdentityFragment(principal: PrincipalFields(.anonymous), client: client),
                kind, tally.count, from: tally.first, to: tally.last)
        }
        await write(principals) { asker, tally, kind in
            let known =
                asker.map {
                    Principal(kind: $0.kind, id: $0.id, authentication: $0.authentication)
                } ?? .anonymous
            let seal = people.seal(of: known) ?? .withheld
            return Aggregate(
                scope: asker == nil ? .everybody : .principal,
                identity: seal.fragment(PrincipalFields(known), nil),
                kind, tally.count, from: tally.first, to: tally.last)
        }
    }

    private func take<Source: Hashable & Sendable>(
        _ kind: RefusalKind, of source: Source?,
        in ledger: NIOLockedValueBox<NoiseLedger<Source>>, _ record: () -> Record,
        _ done: @escaping @Sendable () -> Void
    ) {
        let now = clock()
        guard ledger.withLockedValue({ $0.admit(kind, of: source, at: now) }) else {
            return done()
        }
        journal.recordNoise(record()) { failure in
            if failure != nil { ledger.withLockedValue { $0.count(kind, of: source, at: now) } }
            done()
        }
    }

    private func write<Source: Hashable & Sendable>(
        _ ledger: NIOLockedValueBox<NoiseLedger<Source>>,
        _ aggregate: (Source?, NoiseLedger<Source>.Tally, RefusalKind) -> Aggregate
    ) async {
        let counts = ledger.withLockedValue { $0.take() }
        guard !counts.isEmpty else { return }
        do {
            try await journal.record(
                all: counts.map { aggregate($0.source, $1, $0.kind).record })
        } catch {
            ledger.withLockedValue { $0.putBack(counts) }
        }
    }
}

extension Aggregate {
    init(
        scope: Scope, identity: IdentityFragment, _ kind: RefusalKind, _ count: UInt64,
        from first: Int64, to last: Int64
    ) {
        self.init(
            scope: scope, identity: identity, action: kind.action, gate: kind.gate,
            reason: kind.code, status: kind.status, count: count, firstNanoseconds: first,
            lastNanoseconds: last)
    }
}

extension PrincipalFields {
    init(_ principal: Principal, roles: [String] = []) {
        self.init(
            kind: principal.kind.rawValue, id: principal.id,
            auth: principal.authentication.rawValue, roles: roles)
    }
}
