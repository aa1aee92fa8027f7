internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Reloads the policy when the process gets SIGHUP.
struct ReloadSignal: Service {
    let reloader: PolicyReloader
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() {
            logger.notice("SIGHUP: reloading the policy")
            reloader.requestReload()
        }
    }
}
