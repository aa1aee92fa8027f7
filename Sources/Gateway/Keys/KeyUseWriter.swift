internal import Auth
internal import Logging
internal import ServiceLifecycle

/// Writes once a minute when API keys were used last, and once more at the end: not one write a request.
struct KeyUseWriter: Service {
    let keys: APIKeyRing
    let logger: Logger
    let ticker: any Ticker

    func run() async {
        await ticker.run(.keys) { await write() }
        await write()
    }

    private func write() async {
        do throws(AuthError) {
            try await keys.writeUses()
        } catch {
            logger.error("when API keys were used last is not stored: \(error)")
        }
    }
}
