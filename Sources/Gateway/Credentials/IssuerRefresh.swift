internal import Auth
internal import Logging
internal import ServiceLifecycle

/// Fetches the keys of configured issuers at the start and from time to time.
///
/// An issuer that is down does not hold up the start: its tokens are answered 503 until its keys are there.
struct IssuerRefresh: Service {
    static let interval = Duration.nanoseconds(AuthLimits.refreshNanoseconds)

    let tokens: TokenAuthenticator
    let logger: Logger
    let clock: @Sendable () -> Int64

    func run() async {
        await refresh()
        await Pulse.run(every: Self.interval, refresh)
    }

    private func refresh() async {
        for fault in await tokens.refresh(nowNanoseconds: clock()) {
            logger.warning("\(fault)")
        }
    }
}
