import NIOConcurrencyHelpers

/// Looks whether the log's files still are what was verified and written.
///
/// It only reads, with a descriptor of its own, so the writer waits for nothing. What a look costs grows with what was
/// written since the last one and with the number of segments.
final class LogWatch: Sendable {
    private let system: any FileSystem
    private let layout: LogLayout
    private var folder: SegmentFolder { SegmentFolder(system: system, layout: layout) }
    /// Held by whoever reads segments again, packs them or takes them away: one at a time.
    let turn = NIOLock()
    /// The lock's file, by which no other process writes the log.
    private let lock: FileFacts?
    private let state: NIOLockedValueBox<State>

    struct State {
        var sealed: [KnownSegment] = []
        /// Up to where a segment was read back; the others are read back whole.
        var readBack: (name: String, offset: Int64)?
        /// Segments that something was wrong with: they count again once they were read whole.
        var suspects: Set<String> = []
        /// What held other bytes when it was read whole; read again only once it changes.
        var refused: FileFacts?
    }

    /// Begins with a log that was verified.
    init(system: any FileSystem, layout: LogLayout, log: OpenedLog, lock: FileFacts? = nil) {
        self.lock = lock
        self.system = system
        self.layout = layout
        let last = log.last.map { ($0.name, $0.end) }
        state = NIOLockedValueBox(State(sealed: log.sealed, readBack: last))
    }

    /// Takes note of a segment that is not written any more.
    func add(_ segment: KnownSegment) {
        state.withLockedValue { state in
            // An attempt to recover that failed later had added it.
            if state.sealed.last?.name == segment.name { state.sealed.removeLast() }
            state.sealed.append(segment)
        }
    }

    /// The segments that are not written any more.
    var sealed: [KnownSegment] { state.withLockedValue { $0.sealed } }

    /// From now on another file stands for a segment that is not written any more; the old one may go then.
    func replace(_ segment: KnownSegment) {
        state.withLockedValue { state in
            guard let index = state.sealed.firstIndex(where: { $0.name == segment.name }) else {
                return
            }
            state.sealed[index] = segment
        }
    }

    /// From now on some segments, the oldest, may be gone.
    func forget(_ names: [String]) {
        let names = Set(names)
        state.withLockedValue { $0.sealed.removeAll { names.contains($0.name) } }
    }

    /// From now on a segment counts only once it was read whole.
    func suspect(_ name: String) {
        state.withLockedValue { _ = $0.suspects.insert(name) }
    }

    /// Closes a segment that is full and takes note of it.
    func retire(_ retired: RetiredSegment) throws(FileFault) {
        defer { system.close(retired.segment.file) }
        add(retired.known(try system.facts(of: retired.segment.file)))
    }

    /// What is wrong with the files, or nil.
    ///
    /// While records are taken, no file may have been replaced, not even by its own copy; later, what holds what was
    /// written is taken in its place. `current` is the segment being written, up to what is acknowledged.
    func fault(current: KnownSegment?, isOpen: Bool) -> LogFault? {
        let sealed = state.withLockedValue { $0.sealed }
        do throws(FileFault) {
            guard let names = try system.list(layout.segments) else { return .folderGone }
            if let lock, try system.facts(layout.lock)?.isSameFile(as: lock) != true {
                return .lockGone
            }
            let present = Set(names)
            for (index, segment) in (sealed + (current.map { [$0] } ?? [])).enumerated() {
                let at = index < sealed.count ? index : nil
                guard let fault = try fault(segment, present, at: at, isOpen: isOpen) else {
                    continue
                }
                // Meanwhile another file may have taken its place, by our own hand.
                if at != nil, known(segment.name)?.form != segment.form { continue }
                state.withLockedValue { _ = $0.suspects.insert(segment.name) }
                return fault
            }
            return nil
        } catch {
            // A process out of descriptors can't look; that says nothing of the log.
            return error.isOfThisProcess ? nil : .unreadable(error.reason)
        }
    }

    private func known(_ name: String) -> KnownSegment? {
        state.withLockedValue { $0.sealed.last { $0.name == name } }
    }

    private func fault(
        _ known: KnownSegment, _ present: Set<String>, at index: Int?, isOpen: Bool
    ) throws(FileFault) -> LogFault? {
        var segment = known
        if !isOpen, !present.contains(segment.fileName) {
            // Whoever puts a segment back may do so in the other form.
            segment.form = segment.form == .plain ? .packed : .plain
        }
        guard present.contains(segment.fileName),
            let facts = try system.facts(layout.segment(segment.fileName))
        else { return .gone(known.name) }
        guard facts.isRegular else { return .replaced(segment.name) }
        let least = least(of: segment, isOpen: isOpen)
        if facts.size < least { return .shorter(segment.name, facts.size, least) }
        let isSame = facts.isSameFile(as: segment.facts)
        if isOpen, !isSame { return .replaced(segment.name) }
        let isSuspect = state.withLockedValue { $0.suspects.contains(segment.name) }
        let isUntouched =
            isSame && !isSuspect && segment.form == known.form
            && (!segment.isSealed || facts.modified == segment.facts.modified)
        return isUntouched ? try readBack(segment) : try readWhole(segment, facts, at: index)
    }

    private func least(of segment: KnownSegment, isOpen: Bool) -> Int64 {
        switch segment.form {
        case .plain: isOpen ? max(segment.end, segment.facts.size) : segment.end
        case .packed: isOpen ? segment.facts.size : 1
        }
    }

    /// Reads what was written since the last look: a file that was cut meanwhile has a hole there, or other bytes.
    private func readBack(_ segment: KnownSegment) throws(FileFault) -> LogFault? {
        let last = state.withLockedValue { $0.readBack }
        // What is packed was read back whole.
        if segment.form == .packed { return nil }
        if segment.isSealed, segment.name < last?.name ?? "" { return nil }
        let start = last?.name == segment.name ? last?.offset ?? 0 : 0
        guard start < segment.end else { return nil }
        let isWhole = try SegmentReading(source: folder.open(segment.name, .plain))
            .isWritten(from: start, to: segment.end, endingWith: segment.commit)
        guard isWhole else { return .other(segment.name, "bytes that were written are not there") }
        state.withLockedValue { $0.readBack = (segment.name, segment.end) }
        return nil
    }

    /// Proves a segment anew; a file that holds what was written is taken for the one that was known.
    private func readWhole(
        _ segment: KnownSegment, _ facts: FileFacts, at index: Int?
    ) throws(FileFault) -> LogFault? {
        if state.withLockedValue({ $0.refused }) == facts {
            return .other(segment.name, "it holds other records than were written")
        }
        let reading = SegmentReading(source: try folder.open(segment.name, segment.form))
        if let problem = try reading.problem(with: segment) {
            state.withLockedValue { $0.refused = facts }
            return .other(segment.name, problem)
        }
        state.withLockedValue { state in
            state.suspects.remove(segment.name)
            guard let index else { return }
            if index < state.sealed.count, state.sealed[index].name == segment.name {
                state.sealed[index].facts = facts
                state.sealed[index].form = segment.form
            }
        }
        return nil
    }
}
