import NIOConcurrencyHelpers

/// Looks after the sealed segments of a log: proves them again and again, compresses them, removes what is too old.
///
/// A thread of its own, at a bounded rate. What it does is recorded; what it finds becomes a finding and a record.
public final class Custodian: Sendable {
    private let signal = NotarySignal()
    private let state: NIOLockedValueBox<CustodianState>
    private let thread: JoinableThread

    /// Starts to look after a journal's segments.
    public init(_ journal: Journal, _ configuration: CustodianConfiguration) {
        let state = NIOLockedValueBox(CustodianState())
        let signal = signal
        self.state = state
        thread = JoinableThread(name: "audit-custodian") {
            var work = CustodianWork(journal, configuration, state, signal)
            work.run()
        }
    }

    /// What is wrong now, nil if nothing is.
    public var finding: LogFinding? { state.withLockedValue { $0.finding } }

    /// How many rounds over all sealed segments ended well.
    public var rounds: Int { state.withLockedValue { $0.rounds } }

    /// Calls a listener on the custodian's thread for each new finding.
    public func onFinding(_ listener: @escaping @Sendable (LogFinding) -> Void) {
        state.withLockedValue { $0.listeners.append(listener) }
    }

    /// Looks now, without waiting for the interval; proves again too.
    public func hurry() {
        state.withLockedValue { $0.isHurried = true }
        signal.hurry()
    }

    /// Ends the thread; call it before the journal is closed.
    public func stop() {
        state.withLockedValue { $0.stops = true }
        signal.stop()
        thread.join()
    }
}

/// What the custodian's thread and others share.
struct CustodianState: Sendable {
    var finding: LogFinding?
    var rounds = 0
    var isHurried = false
    var stops = false
    var listeners: [Notary.Listener] = []
}
