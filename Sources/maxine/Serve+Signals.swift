import Gateway
import Logging
import ServiceLifecycle
import UnixSignals

extension Serve {
    /// Runs the gateway until SIGTERM or SIGINT; SIGHUP has it read its policy files again.
    static func run(_ gateway: Gateway, _ logger: Logger) async throws {
        let services: [any Service] = [ReloadSignal(gateway: gateway, logger: logger), gateway]
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
    }
}

/// Reloads the policy when the process gets SIGHUP.
private struct ReloadSignal: Service {
    let gateway: Gateway
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() {
            logger.notice("SIGHUP: reloading the policy")
            gateway.requestPolicyReload()
        }
    }
}
