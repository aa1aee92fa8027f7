internal import Auth
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// Has what providers say of themselves read again when that is due; never on an event loop.
final class OpenIDKeeper: Service {
    private let providers: [OpenIDProvider]
    private let logger: Logger
    private let ticker: any Ticker
    private let faults = NIOLockedValueBox<[String: String]>([:])

    init(_ providers: [OpenIDProvider], logger: Logger, ticker: any Ticker) {
        self.providers = providers
        self.logger = logger
        self.ticker = ticker
    }

    func run() async {
        await ticker.run(.openID, look)
    }

    /// All providers at once; what is under way when the gateway stops is given up.
    private func look() async {
        await cancelWhenGracefulShutdown { [providers] in
            await withTaskGroup(of: Void.self) { group in
                for provider in providers { group.addTask { await provider.knowledge.look() } }
            }
        }
        for provider in providers { say(provider) }
    }

    /// Each change once.
    private func say(_ provider: OpenIDProvider) {
        let fault = provider.knowledge.fault
        let before = faults.withLockedValue { faults in
            defer { faults[provider.name] = fault }
            return faults[provider.name]
        }
        guard fault != before else { return }
        if let fault {
            logger.warning("the provider \(provider.name) can't be asked: \(fault)")
        } else {
            logger.notice("the provider \(provider.name) can be asked again")
        }
    }
}
