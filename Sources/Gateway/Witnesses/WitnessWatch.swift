internal import Audit
internal import Logging
internal import NIOConcurrencyHelpers
internal import PKI
internal import ServiceLifecycle
internal import StrictJSON
internal import Time

/// Has witnesses sign the log's ends while the gateway runs, and says which of them do not: in the log, in figures, and in a record where
/// one says that there are two logs.
final class WitnessWatch: Service {
    let keeper: WitnessKeeper
    private let journal: Journal
    private let figures: WitnessFigures
    private let logger: Logger
    private let ticker: any Ticker
    private let fault = NIOLockedValueBox<String?>(nil)
    /// What was told of each, by its place in the policy.
    private let told: NIOLockedValueBox<[WitnessFault?]>

    /// Nil where no witnesses are configured.
    ///
    /// - Throws: `PKIError.unusableFiles` where their policy can't be used.
    init?(
        _ configuration: GatewayConfiguration, _ checkpoints: CheckpointKeeper, _ journal: Journal,
        metrics: GatewayMetrics, clocks: Clocks, logger: Logger, ticker: any Ticker
    ) throws(PKIError) {
        guard let files = WitnessFiles(configuration) else { return nil }
        let policy = try files.policy()
        let authorities = configuration.audit.witnessAuthoritiesPath
        var clients: [WitnessClient] = []
        for witness in policy.witnesses {
            guard let client = WitnessClient(witness.address, authorities: authorities) else {
                throw .unusableFiles(
                    "\(files.policyPath): the witness \(witness.name) has no address that it is asked at: https, or http on this machine"
                )
            }
            clients.append(client)
        }
        let asked = clients
        // One of records that this log does not hold is of another, which the log's own signed end tells.
        let last = files.read(by: checkpoints.verifiers + policy.keys).flatMap {
            $0.end.size <= journal.treeSize ? $0 : nil
        }
        keeper = WitnessKeeper(
            policy, checkpoints, last: last,
            WitnessKeeper.Parts(
                send: { index, question in await asked[index].ask(question) },
                note: { try files.write($0) }, logSize: { journal.treeSize },
                wallTime: clocks.wall, elapsedTime: clocks.elapsed,
                intervalNanoseconds: Int64(configuration.audit.witnessSeconds) * 1_000_000_000))
        self.journal = journal
        figures = metrics.witnesses
        self.logger = logger
        self.ticker = ticker
        told = NIOLockedValueBox(policy.witnesses.map { _ in nil })
    }

    /// One line while not enough of them can be had, or one of them says that there are two logs.
    var note: String? {
        let policy = keeper.policy
        let faults = told.withLockedValue { $0 }
        let lines = zip(policy.witnesses, faults).compactMap { witness, fault in
            fault.map { "the witness \(witness.name): \($0)" }
        }
        let all = (fault.withLockedValue { $0 }.map { [$0] } ?? []) + lines
        return all.isEmpty ? nil : all.joined(separator: "; ")
    }

    /// Each witness by itself: none is waited for with another, and one that is still being asked is not asked again.
    func run() async {
        await withDiscardingTaskGroup { group in
            await ticker.run(.witnesses) {
                for index in await due() {
                    group.addTask { [self] in
                        await keeper.ask(index)
                        await tell()
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func due() async -> [Int] {
        do {
            let due = try await keeper.due()
            fault.withLockedValue { $0 = nil }
            return due
        } catch {
            fault.withLockedValue { $0 = "witnesses are not asked: \(error)" }
            return []
        }
    }

    private func tell() async {
        let states = await keeper.states
        figures.set(states, witnessed: await keeper.checkpoint()?.end.size ?? 0)
        for (index, state) in states.enumerated() {
            let before = told.withLockedValue { told in
                defer { told[index] = state.fault }
                return told[index]
            }
            guard before != state.fault else { continue }
            guard let fault = state.fault else {
                logger.notice("the witness \(state.witness.name) signs again")
                continue
            }
            if fault.isFork {
                logger.critical("the witness \(state.witness.name): \(fault)")
                await record(fault, of: state.witness)
            } else {
                logger.warning(
                    "the witness \(state.witness.name) has not signed the log's end: \(fault)")
            }
        }
    }

    /// That somebody outside has seen another log is for whoever reads this one.
    private func record(_ fault: WitnessFault, of witness: WitnessPolicy.Witness) async {
        var writer = JSONWriter()
        writer.raw("{\"witness\":")
        writer.string(witness.key.text)
        writer.raw("}")
        let record = Record(
            kind: .system, action: "log.fork", reason: "\(fault)", detail: writer.bytes)
        guard (try? await journal.record(record)) == nil else { return }
        logger.error("that a witness has seen another log can't be recorded")
    }
}
