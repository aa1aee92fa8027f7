internal import Audit
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// Has the journal look once a second whether its files are what was written, and says when it stops or goes on.
///
/// Now and then it notes the end of the log beside it, for the next start.
final class LogWatcher: Service {
    private let journal: Journal
    private let anchors: LogAnchorFile
    private let logger: Logger
    private let ticker: any Ticker
    private let seen = NIOLockedValueBox(Seen())

    private struct Seen {
        var state = JournalState.open
        var anchor: LogAnchor?
        var looks = 0
    }

    init(journal: Journal, anchors: LogAnchorFile, logger: Logger, ticker: any Ticker) {
        self.journal = journal
        self.anchors = anchors
        self.logger = logger
        self.ticker = ticker
    }

    func run() async {
        await ticker.run(.log) {
            journal.inspect()
            tell(journal.state)
            note()
        }
    }

    private func note() {
        let isDue = seen.withLockedValue { seen in
            seen.looks &+= 1
            return seen.looks % CustodyLimits.looksBetweenAnchors == 0
        }
        let anchor = journal.anchor
        guard isDue, journal.state == .open, seen.withLockedValue({ $0.anchor }) != anchor else {
            return
        }
        do {
            try anchors.write(anchor)
            seen.withLockedValue { $0.anchor = anchor }
        } catch {
            logger.error("the end of the log is not noted in \(anchors.path): \(error)")
        }
    }

    private func tell(_ state: JournalState) {
        let before = seen.withLockedValue { seen in
            defer { seen.state = state }
            return seen.state
        }
        guard state != before else { return }
        switch state {
        case .open: logger.notice("audit log: records are taken again")
        case .refusing(let reason): logger.error("audit log: everything is refused: \(reason)")
        case .closed: break
        }
    }
}
