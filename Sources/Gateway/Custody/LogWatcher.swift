internal import Audit
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// Has the journal look once a second whether its files are what was written, and says when it stops or goes on.
final class LogWatcher: Service {
    private let journal: Journal
    private let logger: Logger
    private let ticker: any Ticker
    private let last = NIOLockedValueBox(JournalState.open)

    init(journal: Journal, logger: Logger, ticker: any Ticker) {
        self.journal = journal
        self.logger = logger
        self.ticker = ticker
    }

    func run() async {
        await ticker.run(.log) { look() }
    }

    private func look() {
        journal.inspect()
        let state = journal.state
        let before = last.withLockedValue { last in
            defer { last = state }
            return last
        }
        guard state != before else { return }
        switch state {
        case .open: logger.notice("audit log: records are taken again")
        case .refusing(let reason): logger.error("audit log: everything is refused: \(reason)")
        case .closed: break
        }
    }
}
