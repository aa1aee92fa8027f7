import NIOConcurrencyHelpers

/// Follows a journal: reads again what was synced, keeps its tree, signs checkpoints, answers with proofs.
///
/// It works on a thread of its own, beside the writer. A checkpoint is signed only after everything it covers was
/// synced and was read back and proved; it is then left to the writer for a commit line.
public final class Notary: Sendable {
    typealias Listener = @Sendable (LogFinding) -> Void

    let system: any FileSystem
    let layout: LogLayout
    private let journal: Journal
    private let shared: NIOLockedValueBox<NotaryState>
    private let stopping = NotarySignal()
    private let thread: NIOLockedValueBox<JoinableThread?> = NIOLockedValueBox(nil)
    private let configuration: NotaryConfiguration

    /// Starts to follow a journal; on the first start it makes the log's key.
    ///
    /// - Throws: `AuditError.evidence` for a key that can't be used, `.damaged` if the log is behind a checkpoint
    ///   at the second path, `.io`.
    public static func start(
        _ journal: Journal, _ configuration: NotaryConfiguration
    ) throws(AuditError) -> Notary {
        let notary = Notary(journal, configuration)
        let work = try NotaryWork(journal, configuration, notary.shared)
        let signal = notary.stopping
        let started = JoinableThread(name: "audit-notary") { work.run(until: signal) }
        notary.thread.withLockedValue { $0 = started }
        return notary
    }

    private init(_ journal: Journal, _ configuration: NotaryConfiguration) {
        self.journal = journal
        self.configuration = configuration
        system = journal.core.system
        layout = LogLayout(directory: journal.core.configuration.directory)
        shared = NIOLockedValueBox(NotaryState())
    }

    /// The newest signed checkpoint, nil until the first.
    public var checkpoint: SignedCheckpoint? { shared.withLockedValue { $0.checkpoint } }

    /// The keys that check the log's checkpoints, the newest last.
    public var keys: [VerifierKey] { shared.withLockedValue { $0.keys } }

    /// What is wrong now, for readiness; nil if nothing is.
    public var finding: LogFinding? { shared.withLockedValue { $0.finding } }

    /// Calls a listener on the notary's thread for each new finding.
    public func onFinding(_ listener: @escaping @Sendable (LogFinding) -> Void) {
        shared.withLockedValue { $0.listeners.append(listener) }
    }

    /// Signs a last checkpoint and ends the thread; call it after the journal was closed.
    public func stop() {
        stopping.stop()
        thread.withLockedValue { $0 }?.join()
    }

    /// Asks for a checkpoint now, without waiting for the interval.
    public func hurry() { stopping.hurry() }

    /// Proves that a record stands in the log.
    ///
    /// - Throws: `AuditError.noProof` if the record is not under a checkpoint yet, `.io`.
    public func proof(of sequence: UInt64) throws(AuditError) -> TlogProof {
        guard let signed = checkpoint else { throw .noProof("there is no checkpoint yet") }
        return try LogEvidence(system: system, layout: layout).proof(of: sequence, under: signed)
    }

    /// Proves that the log only grew since it had a size.
    ///
    /// - Throws: `AuditError.noProof`, `.io`.
    public func consistency(from size: UInt64) throws(AuditError) -> ConsistencyProof {
        guard let signed = checkpoint else { throw .noProof("there is no checkpoint yet") }
        return try LogEvidence(system: system, layout: layout).consistency(
            from: size, under: signed)
    }
}

/// What the notary's thread tells others.
struct NotaryState: Sendable {
    var checkpoint: SignedCheckpoint?
    var keys: [VerifierKey] = []
    var finding: LogFinding?
    var listeners: [Notary.Listener] = []
}

/// Wakes the notary's thread; `isStopped` and `isHurried` are guarded by the lock.
final class NotarySignal: @unchecked Sendable {
    private let lock = ConditionLock(value: false)
    private var isStopped = false

    func stop() {
        lock.lock()
        isStopped = true
        lock.unlock(withValue: true)
    }

    func hurry() {
        lock.lock()
        lock.unlock(withValue: true)
    }

    /// Waits for the time given or a call; says whether the thread is to end.
    func wait(seconds: Double) -> Bool {
        guard lock.lock(whenValue: true, timeoutSeconds: seconds) else { return false }
        defer { lock.unlock(withValue: false) }
        return isStopped
    }
}
