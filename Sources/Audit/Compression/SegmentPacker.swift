import NIOConcurrencyHelpers

/// Packs the segments of a running log that are full and sealed, one a step.
///
/// The packed file is written aside, synced, read back, proved by what the segment's seal says, and put in its place, before the seal tells
/// of it; only then the one that was written goes. So a crash at any moment leaves one of them, and a seal of it.
///
/// INVARIANT: one step at a time, in turn with whoever reads the log again.
public final class SegmentPacker: Sendable {
    private let core: JournalCore
    private let seals: SealFolder
    /// Segments that did not get smaller; they stay as they are.
    private let dense = NIOLockedValueBox<Set<String>>([])

    /// What a step did.
    public enum Step: Equatable, Sendable {
        /// A segment is packed now.
        case packed(String, from: Int64, to: Int64)
        /// Nothing is to be packed now.
        case idle
        /// A segment does not hold what was written; the log says so, and stops.
        case damaged(String)
        /// It was interrupted, there is no room, or a file can't be written.
        case failed(String)
    }

    init(core: JournalCore, seals: SealFolder) {
        self.core = core
        self.seals = seals
    }

    /// How many full segments are not packed.
    public var waiting: Int { core.sealedSegments.count { $0.form == .plain } }

    /// Packs the next segment.
    ///
    /// - Parameter pace: Called with the number of bytes that were read; waits as long as it wants, and false ends the step.
    /// - Returns: What it did.
    public func step(pace: @escaping (Int) -> Bool) -> Step {
        core.watch.turn.withLock {
            guard core.isWritable else { return .idle }
            do throws(FileFault) {
                try clean()
                guard let segment = next else { return .idle }
                return try pack(segment, pace)
            } catch {
                return .failed(error.reason)
            }
        }
    }

    private var folder: SegmentFolder {
        SegmentFolder(system: core.system, layout: seals.layout)
    }

    /// The oldest that is sealed and not packed.
    private var next: KnownSegment? {
        let dense = dense.withLockedValue { $0 }
        return core.sealedSegments.first {
            $0.form == .plain && !dense.contains($0.name)
                && seals.seal(of: $0.name)?.isOf($0) == true
        }
    }

    /// Takes away what a step left that was ended too soon: the form of a segment that its seal does not tell of.
    private func clean() throws(FileFault) {
        guard let contents = try folder.contents() else { return }
        let forms = Dictionary(
            core.sealedSegments.map { ($0.name, $0.form) }, uniquingKeysWith: { $1 })
        var left = contents.drafts.map { folder.layout.segment($0) }
        for name in contents.packed.intersection(contents.plain) {
            guard let form = forms[name] else { continue }
            left.append(folder.path(name, form == .plain ? .packed : .plain))
        }
        for path in left { try core.system.remove(path) }
        if !left.isEmpty { try core.system.syncFolder(folder.layout.segments) }
    }

    private func pack(
        _ segment: KnownSegment, _ pace: @escaping (Int) -> Bool
    ) throws(FileFault) -> Step {
        if let lack = try lackOfRoom(for: segment) { return .failed(lack) }
        let draft = folder.draft(segment.name)
        do throws(FileFault) {
            switch try write(segment, to: draft, pace) {
            case .written: break
            case .dense:
                dense.withLockedValue { _ = $0.insert(segment.name) }
                try core.system.remove(draft)
                return .idle
            case .interrupted:
                try core.system.remove(draft)
                return .failed("it was interrupted")
            }
        } catch {
            try? core.system.remove(draft)
            throw error
        }
        return try exchange(segment, for: draft, pace)
    }

    /// Proves what was packed, and has it take the segment's place.
    private func exchange(
        _ segment: KnownSegment, for draft: String, _ pace: @escaping (Int) -> Bool
    ) throws(FileFault) -> Step {
        let system = core.system
        let proof = SegmentProof(system: system, path: draft, form: .packed, segment: segment)
        guard case .whole(let scanner, let changes, _) = try proof.prove(pace: pace) else {
            try system.remove(draft)
            // Either it was packed wrong, or read so.
            core.suspect(segment.name)
            return core.isWritable
                ? .failed("segment \(segment.name) can't be packed right")
                : .damaged("segment \(segment.name) does not hold what was written")
        }
        let path = folder.path(segment.name, .packed)
        try system.rename(draft, to: path)
        try system.syncFolder(folder.layout.segments)
        guard let facts = try system.facts(path) else { return .failed("it is gone") }
        var packed = segment
        (packed.form, packed.facts) = (.packed, facts)
        guard try seals.keep(packed, scanner, changes: changes) else {
            try system.remove(path)
            return .failed("it can't be sealed")
        }
        core.watch.replace(packed)
        try system.remove(folder.path(segment.name, .plain))
        try system.syncFolder(folder.layout.segments)
        return .packed(segment.name, from: segment.end, to: facts.size)
    }

    private enum Writing { case written, dense, interrupted }

    private func write(
        _ segment: KnownSegment, to draft: String, _ pace: (Int) -> Bool
    ) throws(FileFault) -> Writing {
        let system = core.system
        let source = try folder.open(segment.name, .plain)
        let file = try system.open(draft, .create)
        defer { system.close(file) }
        let deflater = Deflater()
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Limits.packChunkBytes, alignment: 16)
        defer { block.deallocate() }
        var (offset, written) = (Int64(0), Int64(0))
        while true {
            let count = try source.read(at: offset, into: block)
            let isWhole = try deflater.pack(
                UnsafeRawBufferPointer(rebasing: block[..<count]), isLast: count == 0
            ) { bytes throws(FileFault) in
                try system.writeWhole(bytes, to: file, at: written)
                written += Int64(bytes.count)
            }
            guard isWhole, written < segment.end else { return .dense }
            if count == 0 { break }
            offset += Int64(count)
            guard pace(count) else { return .interrupted }
        }
        try system.sync(file)
        return .written
    }

    /// What is packed aside must not take the last room from records.
    private func lackOfRoom(for segment: KnownSegment) throws(FileFault) -> String? {
        let least = core.configuration.freeBytesMin
        guard least > 0 else { return nil }
        let free = try core.system.freeBytes(core.configuration.directory)
        return free - segment.end < 2 * least
            ? "there is no room to pack segment \(segment.name)" : nil
    }
}
