import NIOConcurrencyHelpers
import Synchronization
import Time

/// What lanes, committer and keeper share.
///
/// `writer` is guarded by `writerLock`; everything else is safe by itself. Hence `@unchecked`.
final class JournalCore: @unchecked Sendable {
    let configuration: JournalConfiguration
    let system: any FileSystem
    let keeper = KeeperMailbox()
    let committer = Committer()
    /// The hashes of records that the tiles do not have yet.
    let leaves: LeafQueue
    let watch: LogWatch
    private let writerLock = NIOLock()
    private let writer: LogWriter
    private let isOpen = Synchronization.Atomic(true)
    private let status: NIOLockedValueBox<Status>
    private let lockFile: OpenFile
    private let refused = Synchronization.Atomic<UInt64>(0)
    /// When the write that is under way began, by the elapsed clock; `.max` while there is none.
    private let writingSince = Synchronization.Atomic<Int64>(.max)
    /// How often writing was interrupted.
    private let interruptions = Synchronization.Atomic<UInt64>(0)

    struct Status {
        var state = JournalState.open
        var treeSize: UInt64
        var root: TreeHash
        /// The segment that holds the end of the log, and where that is.
        var written: RetiredSegment?
    }

    init(
        configuration: JournalConfiguration, system: any FileSystem, writer: LogWriter,
        watch: LogWatch, lockFile: OpenFile
    ) {
        self.configuration = configuration
        self.system = system
        self.writer = writer
        leaves = writer.leaves
        self.watch = watch
        self.lockFile = lockFile
        status = NIOLockedValueBox(
            Status(
                treeSize: writer.tree.size, root: writer.tree.root, written: writer.written))
    }

    var snapshot: Status { status.withLockedValue { $0 } }

    /// Throws at once while nothing can be written.
    func checkOpen() throws(AuditError) {
        if isOpen.load(ordering: .acquiring) { return }
        refused.wrappingAdd(1, ordering: .relaxed)
        throw refusal
    }

    var refusal: AuditError {
        switch snapshot.state {
        case .open: .refusing("the journal is recovering")
        case .refusing(let reason): .refusing(told(reason))
        case .closed: .closed
        }
    }

    /// A reason as clients are told it: without the place of the folder.
    private func told(_ reason: String) -> String {
        reason.replacing(configuration.directory + "/", with: "")
    }

    /// Makes the batches durable, or fails them; called by the committer.
    func writeRound(_ round: [LaneBatch]) {
        writerLock.lock()
        defer { writerLock.unlock() }
        guard isOpen.load(ordering: .acquiring) else {
            let failure = refusal
            for batch in round { batch.failure = failure }
            return
        }
        let began = configuration.elapsed()
        writingSince.store(began, ordering: .releasing)
        defer { noteWritten(since: began) }
        do throws(FileFault) {
            let now = round.first?.nowNanoseconds ?? 0
            let retired = try writer.commit(round, nowNanoseconds: now)
            acknowledge(retired)
            for batch in round { batch.failure = nil }
        } catch {
            refuse(error.reason)
            let records = round.reduce(0) { $0 + $1.sealed.count }
            refused.wrappingAdd(UInt64(records), ordering: .relaxed)
            for batch in round { batch.failure = .refusing(told(error.reason)) }
        }
    }

    private func noteWritten(since began: Int64) {
        writingSince.store(.max, ordering: .releasing)
        if Span.between(began, configuration.elapsed()) > Limits.stallNanoseconds {
            interruptions.wrappingAdd(1, ordering: .releasing)
        }
    }

    /// Whether records are taken and written in time, and how often that was not so.
    var writing: JournalWriting {
        let stall = Span.between(
            writingSince.load(ordering: .acquiring), configuration.elapsed())
        return JournalWriting(
            isUnderWay: isOpen.load(ordering: .acquiring) && stall <= Limits.stallNanoseconds,
            interruptions: interruptions.load(ordering: .acquiring))
    }

    private func acknowledge(_ retired: RetiredSegment?) {
        publishHead()
        do throws(FileFault) {
            if let retired { try watch.retire(retired) }
        } catch {
            return refuse(error.reason)
        }
        askForFill()
    }

    private func publishHead() {
        guard let commit = writer.acknowledged?.commit else { return }
        status.withLockedValue { status in
            status.treeSize = commit.size
            status.root = commit.root
            status.written = writer.written
        }
    }

    /// Refuses if the log's files are not what was verified and written any more.
    ///
    /// The first look waits for nobody; what it finds is looked at again while nothing is written.
    func inspect() {
        guard isOpen.load(ordering: .acquiring), fault(isOpen: true) != nil else { return }
        writerLock.withLock {
            guard isOpen.load(ordering: .acquiring), let fault = fault(isOpen: true) else {
                return
            }
            refuse(fault.reason)
        }
    }

    /// Whether records are taken now.
    var isWritable: Bool { isOpen.load(ordering: .acquiring) }

    /// The segments that are full, as they were verified or written.
    var sealedSegments: [KnownSegment] { watch.sealed }

    /// Reads a segment again at once, since somebody found something else in it than was written, and refuses if that is so.
    func suspect(_ name: String) {
        watch.suspect(name)
        inspect()
    }

    private func fault(isOpen: Bool) -> LogFault? {
        watch.fault(current: snapshot.written?.beingWritten, isOpen: isOpen)
    }

    private func askForFill() {
        guard configuration.fillBytes > 0, let segment = writer.segment,
            let end = writer.acknowledged?.end, end < configuration.segmentBytesMax
        else { return }
        let left = segment.ready.load(ordering: .relaxed) - end
        if left < Int64(configuration.fillBytes / 2) {
            keeper.fill(segment, to: end + Int64(configuration.fillBytes))
        }
    }

    /// Stops taking records; called under `writerLock`.
    private func refuse(_ reason: String) {
        guard isOpen.load(ordering: .acquiring) else { return }
        status.withLockedValue { $0.state = .refusing(reason) }
        isOpen.store(false, ordering: .releasing)
        interruptions.wrappingAdd(1, ordering: .releasing)
        writer.abandon()
        keeper.failed()
    }

    /// Stops taking records because of what the keeper saw.
    func fail(_ reason: String) {
        writerLock.withLock { refuse(reason) }
    }

    /// Tries once to go on after a failure; gives the reason if that is not possible yet.
    func recover() -> String? {
        writerLock.lock()
        defer { writerLock.unlock() }
        guard case .refusing(let cause) = snapshot.state else { return nil }
        if let fault = fault(isOpen: false) { return fault.reason }
        do throws(FileFault) {
            try checkFreeSpace()
            try rewindAndRestart(cause: cause)
            return nil
        } catch {
            writer.abandon()
            return error.reason
        }
    }

    private func checkFreeSpace() throws(FileFault) {
        let least = configuration.freeBytesMin
        guard least > 0 else { return }
        // Twice as much as it takes to go on: else a little coming and going would stop and start the log in turn.
        if try system.freeBytes(configuration.directory) / 2 < least {
            throw FileFault(
                operation: "keep \(least) bytes free below", path: configuration.directory,
                errno: PosixFileSystem.noSpace)
        }
    }

    private func rewindAndRestart(cause: String) throws(FileFault) {
        var cut: CutTail?
        let resumption = Resumption(system: system, layout: writer.layout)
        if let end = writer.acknowledged {
            cut = try resumption.rewind(to: end, dropping: writer.unacknowledgedSegment)
        }
        writer.unacknowledgedSegment = nil
        if let left = snapshot.written {
            let path = writer.layout.segment(left.segment.name)
            if let facts = try system.facts(path) { watch.add(left.known(facts)) }
        }
        let count = refused.load(ordering: .relaxed)
        let record = SystemRecord.resumed(cause: cause, refused: count, cut: cut)
        _ = try writer.commit(
            [], system: [record], nowNanoseconds: configuration.clock(), inNewSegment: true)
        refused.wrappingSubtract(count, ordering: .relaxed)
        acknowledge(nil)
        // Whoever sees that it is open again is not refused any more.
        isOpen.store(true, ordering: .releasing)
        status.withLockedValue { $0.state = .open }
    }

    /// Writes a last record, cuts the fill off and lets the folder go.
    func shutDown() {
        writerLock.lock()
        defer { writerLock.unlock() }
        let wasOpen = isOpen.exchange(false, ordering: .acquiringAndReleasing)
        status.withLockedValue { $0.state = .closed }
        if wasOpen { writeLast() }
        writer.abandon()
        system.close(lockFile)
    }

    private func writeLast() {
        do throws(FileFault) {
            let retired = try writer.commit(
                [], system: [SystemRecord.stopped()], nowNanoseconds: configuration.clock())
            publishHead()
            if let retired { system.close(retired.segment.file) }
            guard let segment = writer.segment, let end = writer.acknowledged?.end else { return }
            try system.truncate(segment.file, to: end)
            try system.sync(segment.file)
        } catch {
            // The log ends where it was last acknowledged; the next start cuts off the rest.
        }
    }
}
