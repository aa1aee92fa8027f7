internal import Auth
internal import Logging
internal import ServiceLifecycle

/// Writes when API keys were used last, once a minute: not one write a request.
struct KeyUseWriter: Service {
    static let interval = Duration.seconds(60)

    let keys: APIKeyRing
    let logger: Logger

    func run() async {
        await Pulse.run(every: Self.interval, write)
        await write()
    }

    private func write() async {
        do throws(AuthError) {
            try await keys.writeUses()
        } catch {
            logger.warning("last uses of API keys not stored: \(error)")
        }
    }
}
