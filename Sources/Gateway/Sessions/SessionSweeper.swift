internal import Auth
internal import Logging
internal import ServiceLifecycle
internal import Time

/// Ends sessions whose time is over or whose proof is revoked, with what is open by them, and writes now and then when they were used.
struct SessionSweeper: Service {
    let sessions: SessionRing
    let live: LiveIndex
    let clocks: Clocks
    let logger: Logger
    let ticker: any Ticker

    func run() async {
        await ticker.run(.sessions) { await sweep() }
        await sweep()
    }

    private func sweep() async {
        let (ended, failure) = await sessions.sweep(nowNanoseconds: clocks.wall())
        await live.end(named: ended)
        if let failure { logger.error("sessions are not stored: \(failure)") }
    }
}
