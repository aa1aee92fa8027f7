internal import Audit
internal import Logging
internal import Registry
internal import ServiceLifecycle

/// Takes instances away whose leases have ended, once a second, each under a system record.
///
/// Reads never show them anyway: a lease ends by itself. This frees memory and tells the auditor.
struct LeaseSweeper: Service {
    let registry: Registry
    let journal: Journal
    let logger: Logger
    let clock: @Sendable () -> Int64
    let ticker: any Ticker

    func run() async {
        await ticker.run(.leases, sweep)
    }

    private func sweep() async {
        registry.observe(journalSequence: journal.treeSize)
        for batch in registry.expired(elapsedNanoseconds: clock()) {
            let ticket = registry.beginChanges()
            do throws(AuditError) {
                let receipt = try await journal.record(batch.record)
                _ = registry.reclaim(batch, receipt: receipt, ticket: ticket)
            } catch {
                // The journal refuses; the batch is named again at the next sweep.
                logger.debug("expiry waits for the journal: \(error)")
                return
            }
        }
    }
}
