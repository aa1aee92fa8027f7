internal import Audit
internal import Logging
internal import Registry
internal import ServiceLifecycle

/// Takes instances away whose leases have ended, once a second, each under a system record, and decides which may end next.
///
/// Reads never show what has ended anyway. This frees memory, tells the auditor, and holds the ending while it is likelier that the
/// gateway or its network is at fault (decision record 20).
struct LeaseSweeper: Service {
    private let registry: Registry
    private let journal: Journal
    private let metrics: GatewayMetrics
    private let alarm: LeaseAlarm
    private let settings: LeaseGovernor.Settings
    private let logger: Logger
    private let clock: @Sendable () -> Int64
    private let ticker: any Ticker
    private let begun: LeaseGovernor

    /// What one sweep leaves to the next.
    private struct Memory {
        var governor: LeaseGovernor
        var interruptions: UInt64
        /// Records of holding that the journal has not taken yet.
        var unrecorded: [Record] = []
    }

    /// Gives every lease its full TTL: what the start took until here is not the clients' silence.
    init(
        _ state: OpenedState, metrics: GatewayMetrics, alarm: LeaseAlarm,
        settings: LeaseGovernor.Settings, logger: Logger, clock: @escaping @Sendable () -> Int64,
        ticker: any Ticker
    ) {
        registry = state.registry
        journal = state.journal
        self.metrics = metrics
        self.alarm = alarm
        self.settings = settings
        self.logger = logger
        self.clock = clock
        self.ticker = ticker
        let now = clock()
        var governor = LeaseGovernor(settings, startNanoseconds: now)
        registry.beginLeases(&governor, elapsedNanoseconds: now)
        begun = governor
    }

    func run() async {
        var memory = Memory(governor: begun, interruptions: journal.writing.interruptions)
        await ticker.run(.leases) { await sweep(&memory) }
    }

    private func sweep(_ memory: inout Memory) async {
        registry.observe(journalSequence: journal.treeSize)
        let writing = journal.writing
        let isSame = memory.interruptions == writing.interruptions
        var now = clock()
        // After an interruption that is over already, one that goes on is told, so that every lease begins anew.
        if !isSame {
            _ = registry.beginSweep(&memory.governor, isRecording: false, elapsedNanoseconds: now)
        }
        memory.interruptions = writing.interruptions
        switch registry.beginSweep(
            &memory.governor, isRecording: writing.isUnderWay, elapsedNanoseconds: now)
        {
        case .hold: return
        case .beginAnew(let change): tell(change, &memory)
        case .judge:
            await expire(&memory.governor, now)
            now = clock()
            if let change = registry.judgeLeases(&memory.governor, elapsedNanoseconds: now) {
                tell(change, &memory)
            }
        }
        let held = memory.governor.held
        alarm.set(held)
        metrics.leasesHeld.set(held?.due ?? 0)
        await record(&memory.unrecorded)
    }

    private func expire(_ governor: inout LeaseGovernor, _ now: Int64) async {
        var batches = registry.expired(elapsedNanoseconds: now)[...]
        while let batch = batches.popFirst() {
            let ticket = registry.beginChanges()
            do throws(AuditError) {
                let receipt = try await journal.record(batch.record)
                let outcome = registry.reclaim(batch, receipt: receipt, ticket: ticket)
                if case .reclaimed(let count) = outcome { governor.note(ended: count, now) }
            } catch {
                // While the journal refuses no lease ends.
                logger.debug("expiry waits for the journal: \(error)")
                for batch in [batch] + batches {
                    registry.restore(batch, elapsedNanoseconds: clock())
                }
                return
            }
        }
    }

    private func tell(_ change: LeaseGovernor.Change, _ memory: inout Memory) {
        let seconds = settings.graceNanoseconds / 1_000_000_000
        switch change {
        case .begunAnew:
            metrics.leasesBegunAnew.add()
            logger.notice(
                "every lease has its full time again: the gateway was away or could not write")
        case .held(let held):
            logger.error(
                """
                \(held.due) of \(held.total) instances would end at once, which is more than \
                \(settings.heldPercent) %: their end is held for at most \(seconds) s; look at the network
                """)
        case .released(let due, let total):
            logger.notice("instances end again: all but \(due) of \(total) came back")
        case .givenUp(let due, let total):
            logger.warning(
                "\(due) of \(total) instances did not come back in \(seconds) s: they end now")
        }
        memory.unrecorded.append(change.record)
        if memory.unrecorded.count > LeaseLimits.recordsKeptMax { memory.unrecorded.removeFirst() }
    }

    private func record(_ records: inout [Record]) async {
        while let record = records.first {
            do throws(AuditError) {
                _ = try await journal.record(record)
            } catch {
                logger.debug("a record of held leases waits for the journal: \(error)")
                return
            }
            records.removeFirst()
        }
    }
}

/// The bounds of the sweeper.
enum LeaseLimits {
    /// Records of holding that wait for the journal; of more, the oldest is dropped.
    static let recordsKeptMax = 16
}
