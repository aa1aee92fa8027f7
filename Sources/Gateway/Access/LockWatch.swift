internal import Auth
internal import ServiceLifecycle

/// Looks each second whose lock is over.
struct LockWatch: Service {
    let access: AccessLedger
    let clock: @Sendable () -> Int64
    let ticker: any Ticker

    func run() async {
        await ticker.run(.locks) { access.endDue(nowNanoseconds: clock()) }
    }
}
