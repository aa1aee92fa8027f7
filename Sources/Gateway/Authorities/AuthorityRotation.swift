internal import Audit
internal import Logging
internal import PKI
internal import ServiceLifecycle
internal import StrictJSON

/// The services that keep identities going.
struct IdentityServices: Sendable {
    let rotation: AuthorityRotation
    let federation: FederationClient
}

/// Replaces authorities when it is time: every step is in the log before it is taken.
final class AuthorityRotation: Service {
    private static let beat = Duration.seconds(1)

    private let desk: AuthorityDesk
    private let journal: Journal
    private let logger: Logger
    private let clock: @Sendable () -> Int64

    init(
        desk: AuthorityDesk, journal: Journal, logger: Logger,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.desk = desk
        self.journal = journal
        self.logger = logger
        self.clock = clock
    }

    func run() async {
        await Pulse.run(every: Self.beat) { await self.turn() }
        store()
    }

    /// Takes the steps that are due, and stores what was issued meanwhile.
    func turn() async {
        await desk.sweep()
        let office = desk.trustDomain.office
        while let step = RotationSchedule.due(
            office.ledger, adoption: office.adoption, nowNanoseconds: clock())
        {
            do {
                try await take(step, office)
            } catch {
                logger.error("rotation: \(step) failed, tried again: \(error)")
                return
            }
        }
        store()
    }

    private func take(_ step: RotationSchedule.Step, _ office: AuthorityOffice) async throws {
        try await journal.record(step.name, #"{"step":"\#(step.text)"}"#)
        let now = clock()
        let change: AuthorityChange
        switch step {
        case .prepare(let kind):
            change = try office.prepare(kind, crossSign: kind == .root, nowNanoseconds: now)
        case .activate(let kind, let force):
            change = try office.activate(kind, force: force, nowNanoseconds: now)
        case .prune: change = try office.prune(nowNanoseconds: now)
        }
        _ = await desk.settle(change)
        logger.notice(
            "rotation: \(step.text) \(String(decoding: change.encodedDetail(), as: UTF8.self))")
    }

    private func store() {
        do {
            try desk.trustDomain.issued.flush()
            try desk.trustDomain.issued.prune(nowNanoseconds: clock())
        } catch {
            logger.error("what was issued is not stored yet, the log has it: \(error)")
        }
    }
}

extension RotationSchedule.Step {
    var name: String {
        switch self {
        case .prepare: "ca.prepare"
        case .activate: "ca.activate"
        case .prune: "ca.prune"
        }
    }

    var text: String {
        switch self {
        case .prepare(let kind): "prepare \(kind.rawValue)"
        case .activate(let kind, let force): "activate \(kind.rawValue)\(force ? ", forced" : "")"
        case .prune: "prune"
        }
    }
}

extension Journal {
    /// Writes a system record and waits until it is durable.
    func record(_ action: String, _ detail: String) async throws(AuditError) {
        _ = try await record(
            Record(kind: .system, action: action, detail: Array(detail.utf8)))
    }
}
