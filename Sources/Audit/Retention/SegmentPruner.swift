import NIOConcurrencyHelpers
import Synchronization
import Time

/// Takes the oldest segments of a running log away, whole, once a record says so.
///
/// A segment goes only if it is sealed, what others need of it is kept elsewhere, and its part of the tree stands in tiles that are on disk:
/// so the rest of the log, and proofs over what is gone, still lead to every end that was signed. Of each there stay its seal and the
/// changes that a start has to see.
///
/// INVARIANT: first the record, then the mark, then the files. A start does again what was ended behind the mark, and nothing else.
public final class SegmentPruner: Sendable {
    private let core: JournalCore
    private let seals: SealFolder
    private let head: PrunedHead
    private let kept: NIOLockedValueBox<PrunedMark?>
    private let isUnfinished = Synchronization.Atomic(false)

    init(core: JournalCore, seals: SealFolder, pruned: PrunedMark?) {
        self.core = core
        self.seals = seals
        head = PrunedHead(system: core.system, layout: seals.layout)
        kept = NIOLockedValueBox(pruned)
    }

    /// Up to which record the log was taken away, the time of that one, and the record that says so; 0 where all of it is there.
    public var gone: GoneRecords {
        kept.withLockedValue { mark in
            GoneRecords(
                size: mark?.tree.size ?? 0, nanoseconds: mark?.lastTime ?? 0,
                record: mark?.record ?? 0)
        }
    }

    /// What may go now; nil where nothing may.
    ///
    /// - Parameters:
    ///   - rule: How long records are kept.
    ///   - now: Nanoseconds since 1970.
    ///   - floor: The last record that is covered by a signed end which is noted beside the log.
    ///   - stored: Up to here changes of the catalogue are stored, durable.
    ///   - isHeld: Whether some records have to stay all the same.
    /// - Returns: A plan, which is to be recorded before it is carried out.
    public func plan(
        by rule: RetentionRule, now: Int64, floor: UInt64, stored: UInt64,
        isHeld: (ClosedRange<UInt64>) -> Bool
    ) -> PrunePlan? {
        guard core.isWritable, !rule.keepsAll else { return nil }
        var (names, bytes, end, why) = ([String](), Int64(0), LogAnchor.empty, PrunePlan.Why.age)
        let first = gone.size + 1
        var left = core.space.bytes
        for segment in core.sealedSegments.prefix(Limits.prunedAtOnceMax) {
            // Its last tile must be full, so that it need not be made anew.
            guard segment.commit.size | 255 < floor,
                !isHeld(segment.start.size + 1...segment.commit.size),
                let seal = seals.seal(of: segment.name), seal.isOf(segment),
                seal.lastOfCatalogue <= stored,
                let reason = reason(seal, left, rule, now)
            else { break }
            if names.isEmpty { why = reason }
            names.append(segment.name)
            bytes += segment.facts.size
            left -= segment.facts.size
            end = segment.commit.end
        }
        guard end.size >= first else { return nil }
        return PrunePlan(
            records: first...end.size, segments: names, bytes: bytes, end: end, why: why)
    }

    private func reason(
        _ seal: Seal, _ bytes: Int64, _ rule: RetentionRule, _ now: Int64
    ) -> PrunePlan.Why? {
        if let age = rule.ageNanoseconds, Span.between(seal.lastTime, now) > age { return .age }
        if let most = rule.bytesMax, bytes > most { return .size }
        return nil
    }

    /// Why what is planned can't go yet, although it may: its part of the tree does not stand in tiles that are whole; nil where it can.
    ///
    /// Makes those tiles durable; reads and writes nothing else.
    public func lack(of plan: PrunePlan) -> String? {
        do throws(FileFault) {
            return try securedEdge(of: plan) == nil
                ? "the tiles of records \(plan.records) are not whole" : nil
        } catch {
            return error.reason
        }
    }

    /// Takes the receipt of a plan's intent for the right to carry it out.
    ///
    /// - Parameters:
    ///   - plan: What was planned.
    ///   - receipt: That of the intent, made with ``PrunePlan/detail``.
    ///   - number: What the intent was bound to.
    /// - Returns: The order.
    /// - Throws: ``AuditError/misconfigured(_:)`` where the receipt is for something else.
    public func order(
        _ plan: PrunePlan, receipt: consuming Receipt, boundTo number: UInt64
    ) throws(AuditError) -> PruneOrder {
        guard receipt.decisionID == number else { throw .misconfigured("no receipt for this") }
        return PruneOrder(plan: plan, record: receipt.sequence)
    }

    /// Takes away what was planned and recorded.
    ///
    /// - Throws: ``AuditError`` where it is not done, or not to its end; then ``finish()`` or the next start does the rest.
    public func carryOut(_ order: PruneOrder) throws(AuditError) {
        try inTurn { () throws(FileFault) in
            try carryOut(order.plan, order.record)
        }
    }

    /// Whether it is certain that an order was not carried out, and that no start will.
    ///
    /// A mark that is there although its folder could not be synced may be gone after a power cut, or not.
    public func isUndone(_ order: PruneOrder) -> Bool {
        guard let isThere = try? head.isThere else { return false }
        guard isThere else { return true }
        return head.mark(.anybody).map { $0.record != order.record } ?? false
    }

    /// Takes away what an earlier call could not, though the log goes on without it.
    ///
    /// - Throws: ``AuditError/io(operation:path:errno:)``.
    public func finish() throws(AuditError) {
        guard isUnfinished.load(ordering: .acquiring) else { return }
        try inTurn { () throws(FileFault) in
            let names = try folder.contents()?.segments ?? []
            try remove(names.filter { SegmentName.parse($0) ?? .max <= gone.size })
        }
    }

    private func inTurn(_ work: () throws(FileFault) -> Void) throws(AuditError) {
        do throws(FileFault) {
            try core.watch.turn.withLock { Result { () throws(FileFault) in try work() } }.get()
        } catch {
            throw error.asAuditError
        }
    }

    private var folder: SegmentFolder {
        SegmentFolder(system: core.system, layout: seals.layout)
    }

    private func carryOut(_ plan: PrunePlan, _ record: UInt64) throws(FileFault) {
        let segments = core.sealedSegments.prefix(plan.segments.count)
        guard segments.map(\.name) == plan.segments, segments.last?.commit.end == plan.end,
            let mark = mark(of: plan, record: record), let edge = try securedEdge(of: plan),
            let note = seals.note({ mark.text(origin: $0) })
        else {
            throw FileFault(
                operation: "take away segments of", path: seals.layout.segments,
                errno: PosixFileSystem.inputOutput)
        }
        try head.write(note, edge, insteadOf: kept.withLockedValue { $0 })
        kept.withLockedValue { $0 = mark }
        core.watch.forget(plan.segments)
        try remove(plan.segments)
        let tiles = TileFolder(system: core.system, directory: seals.layout.tiles)
        try tiles.removeBundles(from: plan.records.lowerBound - 1, to: plan.end.size)
    }

    private func remove(_ names: [String]) throws(FileFault) {
        isUnfinished.store(true, ordering: .releasing)
        try folder.remove(names)
        isUnfinished.store(false, ordering: .releasing)
    }

    private func mark(of plan: PrunePlan, record: UInt64) -> PrunedMark? {
        let before = kept.withLockedValue { $0 }
        var digest = before?.seals ?? PrunedMark.noSeals
        var last: Seal?
        for name in plan.segments {
            guard let (seal, text) = seals.left(of: name), seals.changes(of: seal) != nil,
                seal.start == last?.tree.end ?? before?.tree.end ?? .empty
            else { return nil }
            digest = PrunedMark.digest(digest, with: text)
            last = seal
        }
        guard let last, last.tree.end == plan.end else { return nil }
        return PrunedMark(
            tree: last.tree, record: record, lastTime: last.lastTime, seals: digest)
    }

    /// The right edge of the tree at a plan's end, once all its full tiles are on disk.
    private func securedEdge(of plan: PrunePlan) throws(FileFault) -> TileEdge? {
        guard var edge = head.edge(of: kept.withLockedValue { $0 }) else { return nil }
        let tiles = TileFolder(system: core.system, directory: seals.layout.tiles)
        return try tiles.secure(&edge, to: plan.end) ? edge : nil
    }

    /// Has the keys sign the mark that sign now, where others did.
    ///
    /// - Throws: ``AuditError/io(operation:path:errno:)``.
    public func signAgain() throws(AuditError) {
        let keys = seals.settings.keys().signing
        guard let mark = kept.withLockedValue({ $0 }), !keys.isEmpty,
            !head.isSigned(byAll: keys), let note = seals.note({ mark.text(origin: $0) })
        else { return }
        do throws(FileFault) {
            try head.write(note)
        } catch {
            throw error.asAuditError
        }
    }
}
