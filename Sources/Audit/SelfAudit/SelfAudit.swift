import NIOConcurrencyHelpers

/// Reads the segments of a running log again, one a step: those that are full and not sealed yet, and in turn all others.
///
/// A segment that does not hold what was written stops the log, in words that ``LogWatch`` has for it; it goes on once the segment is
/// put back. Where the reading stands is kept beside the seals, signed, so that a restart goes on there.
///
/// INVARIANT: one step at a time; whoever calls takes turns.
public final class SelfAudit: Sendable {
    private let core: JournalCore
    private let folder: SealFolder
    private let state: NIOLockedValueBox<State>

    private struct State {
        /// The segments that have a seal, or that none can be made of.
        var sealed: Set<String>
        /// The keys by which they have it.
        var believed: [VerifierKey]
        /// Up to where this round has read.
        var position: UInt64
        /// What was read since the start, for whoever looks.
        var bytes: Int64 = 0
    }

    /// What a step did.
    public enum Step: Equatable, Sendable {
        /// A segment that was not sealed is sealed now.
        case sealed(String)
        /// A segment holds what was written.
        case proved(String)
        /// All segments were read; the next step begins anew.
        case finished(records: UInt64)
        /// Nothing can be read now, or there is nothing.
        case idle
        /// A segment does not hold what was written, or can't be read; the log says so, and stops.
        case damaged(String)
        /// It was interrupted, or what was proved can't be kept.
        case failed(String)
    }

    init(core: JournalCore, folder: SealFolder, sealed: Set<String>) {
        self.core = core
        self.folder = folder
        let kept = folder.position
        let isEnd = core.sealedSegments.contains { $0.commit.end == kept }
        state = NIOLockedValueBox(
            State(
                sealed: sealed, believed: folder.believed, position: isEnd ? kept?.size ?? 0 : 0))
    }

    /// Up to which record this round has read.
    public var position: UInt64 { state.withLockedValue { $0.position } }

    /// The bytes that were read so far.
    public var bytes: Int64 { state.withLockedValue { $0.bytes } }

    /// Whether a full segment waits for its seal, or may, since other keys are believed.
    public var isBehind: Bool {
        unsealed > 0 || state.withLockedValue { $0.believed } != folder.believed
    }

    /// How many full segments have no seal.
    public var unsealed: Int { core.sealedSegments.count { !isSealed($0) } }

    /// Reads the next segment.
    ///
    /// - Parameters:
    ///   - sealsOnly: Whether only what has no seal is read.
    ///   - pace: Called with the number of bytes that were read; waits as long as it wants, and false ends the step.
    /// - Returns: What it did.
    public func step(sealsOnly: Bool = false, pace: @escaping (Int) -> Bool) -> Step {
        core.watch.turn.withLock { takenStep(sealsOnly: sealsOnly, pace: pace) }
    }

    private func takenStep(sealsOnly: Bool, pace: @escaping (Int) -> Bool) -> Step {
        guard core.isWritable else { return .idle }
        doubtSeals()
        let segments = core.sealedSegments
        if let fresh = segments.first(where: { !isSealed($0) }) {
            return prove(fresh, pace) { $0 ? .sealed(fresh.name) : .proved(fresh.name) }
        }
        if sealsOnly { return .idle }
        let position = position
        guard let next = segments.first(where: { $0.start.size >= position }) else {
            guard let last = segments.last else { return .idle }
            return move(to: .empty) ?? .finished(records: last.commit.size)
        }
        return prove(next, pace) { _ in move(to: next.commit.end) ?? .proved(next.name) }
    }

    private func isSealed(_ segment: KnownSegment) -> Bool {
        state.withLockedValue { $0.sealed.contains(segment.name) }
    }

    /// A seal whose key is believed no more is none: its segment is read and sealed again.
    private func doubtSeals() {
        let believed = folder.believed
        let (known, sealed) = state.withLockedValue { ($0.believed, $0.sealed) }
        guard known != believed else { return }
        let kept = sealed.filter { folder.seal(of: $0) != nil }
        state.withLockedValue {
            $0.believed = believed
            $0.sealed = kept
        }
    }

    private func prove(
        _ segment: KnownSegment, _ pace: @escaping (Int) -> Bool, then: (_ isSealed: Bool) -> Step
    ) -> Step {
        let reading = SegmentProof(
            system: core.system, path: folder.layout.segment(segment.fileName),
            form: segment.form, segment: segment)
        do throws(FileFault) {
            switch try reading.prove(pace: pace) {
            case .interrupted: return .failed("it was interrupted")
            case .broken(let line, let reason):
                return damaged(segment, "line \(line): \(reason)")
            case .whole(let scanner, let changes, let facts):
                var held = segment
                held.facts = facts
                let isSealed = try folder.keep(held, scanner, changes: changes)
                // One that no seal can be made of is not read again before its turn, either.
                state.withLockedValue {
                    $0.bytes += segment.end
                    $0.sealed.insert(segment.name)
                }
                return then(isSealed)
            }
        } catch {
            if error.isOfThisProcess || error.path != reading.path {
                return .failed(error.reason)
            }
            return suspect(segment, error.reason)
        }
    }

    /// Without its seal the next start reads the segment itself, and finds the same.
    private func damaged(_ segment: KnownSegment, _ reason: String) -> Step {
        state.withLockedValue { _ = $0.sealed.remove(segment.name) }
        try? folder.remove(of: segment.name)
        return suspect(segment, reason)
    }

    /// Has the journal look at it, which stops it if that finds the same.
    private func suspect(_ segment: KnownSegment, _ reason: String) -> Step {
        let line = "segment \(segment.name), \(reason)"
        core.suspect(segment.name)
        return core.isWritable ? .failed(line) : .damaged(line)
    }

    private func move(to position: LogAnchor) -> Step? {
        state.withLockedValue { $0.position = position.size }
        do throws(FileFault) {
            try folder.keep(position: position)
            return nil
        } catch {
            return .failed(error.reason)
        }
    }
}
