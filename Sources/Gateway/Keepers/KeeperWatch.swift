internal import Logging
internal import NIOConcurrencyHelpers
internal import PKI
internal import ServiceLifecycle

/// Looks in rounds whether the keys that are kept outside could sign, so that people hear of it before a request does.
///
/// What fails is tried again at each request; nothing has to be done here once a keeper is back.
final class KeeperWatch: Service {
    private let office: AuthorityOffice
    private let threads: KeyThreads
    private let logger: Logger
    private let ticker: any Ticker
    private let fault = NIOLockedValueBox<String?>(nil)

    init(_ office: AuthorityOffice, _ threads: KeyThreads, logger: Logger, ticker: any Ticker) {
        self.office = office
        self.threads = threads
        self.logger = logger
        self.ticker = ticker
    }

    /// One line while a key can't sign.
    var note: String? { fault.withLockedValue { $0 } }

    func run() async {
        guard threads.isNeeded else {
            try? await gracefulShutdown()
            return
        }
        await ticker.run(.keepers, look)
    }

    private func look() async {
        let office = office
        let found: String?
        do throws(PKIError) {
            try await threads.run(within: KeeperLimits.signingTime) { () throws(PKIError) in
                try office.checkKeepers()
            }
            found = nil
        } catch {
            found = "keys of authorities: \(error.message): nothing is issued until that is mended"
        }
        let before = fault.withLockedValue { fault in
            defer { fault = found }
            return fault
        }
        guard before != found else { return }
        if let found {
            logger.error("\(found)")
        } else {
            logger.notice("keys of authorities: they can sign again")
        }
    }
}
