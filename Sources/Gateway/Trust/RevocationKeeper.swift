internal import Auth
internal import Logging
internal import ServiceLifecycle

/// Forgets certificates that have ended, and revocations of such, and writes what could not be written.
struct RevocationKeeper: Service {
    let certificates: CertificateRevocations
    let clock: @Sendable () -> Int64
    let logger: Logger
    let ticker: any Ticker

    func run() async {
        await ticker.run(.revocations) { await keep() }
    }

    private func keep() async {
        certificates.forgetEnded(nowNanoseconds: clock())
        do {
            try await certificates.write()
        } catch {
            logger.error("revocations are not stored, the log has them: \(error)")
        }
    }
}
