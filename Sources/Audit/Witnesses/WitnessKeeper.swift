import Time

/// Has the log's ends signed by witnesses (C2SP tlog-witness), and keeps the newest that enough of them have.
///
/// INVARIANT: nobody who writes or asks waits for a witness; what one says is verified before any of it is kept, and an end that a
/// quorum signed is durable before it is told.
public actor WitnessKeeper {
    /// Sends a question to the witness of an index, and gives what it answers in a bounded time.
    public typealias Sender = @Sendable (Int, [UInt8]) async -> Result<WitnessReply, WitnessFault>

    /// What the keeper is given.
    public struct Parts: Sendable {
        /// Asks a witness.
        public var send: Sender
        /// Keeps an end that a quorum signed, durable.
        public var note: @Sendable (Checkpoint) throws -> Void
        /// How many records the log has now.
        public var logSize: @Sendable () -> UInt64
        /// The wall clock, nanoseconds.
        public var wallTime: @Sendable () -> Int64
        /// The clock of durations.
        public var elapsedTime: @Sendable () -> Int64
        /// How often ends are signed while nobody asks.
        public var intervalNanoseconds: Int64

        /// Takes them.
        public init(
            send: @escaping Sender, note: @escaping @Sendable (Checkpoint) throws -> Void,
            logSize: @escaping @Sendable () -> UInt64,
            wallTime: @escaping @Sendable () -> Int64,
            elapsedTime: @escaping @Sendable () -> Int64, intervalNanoseconds: Int64
        ) {
            self.send = send
            self.note = note
            self.logSize = logSize
            self.wallTime = wallTime
            self.elapsedTime = elapsedTime
            self.intervalNanoseconds = intervalNanoseconds
        }
    }

    /// Who signs, and how many must.
    public nonisolated let policy: WitnessPolicy
    private let checkpoints: CheckpointKeeper
    private let parts: Parts
    private var standings: [WitnessStanding]
    /// The end that is being signed, and since when.
    private var target: (checkpoint: Checkpoint, since: Int64)?
    private var best: Checkpoint?
    /// The size that somebody wants to see signed.
    private var wanted: UInt64 = 0

    /// Begins with the end that a quorum signed last.
    public init(
        _ policy: WitnessPolicy, _ checkpoints: CheckpointKeeper, last: Checkpoint?, _ parts: Parts
    ) {
        self.policy = policy
        self.checkpoints = checkpoints
        self.parts = parts
        best = last.flatMap { policy.isMet(by: $0.signers) ? $0 : nil }
        standings = policy.witnesses.map { _ in WitnessStanding() }
    }

    /// The newest end that a quorum signed and that covers a number of records; where there is none, one is wanted from now on.
    public func checkpoint(covering size: UInt64 = 0) -> Checkpoint? {
        if let best, best.end.size >= size { return best }
        wanted = max(wanted, size)
        return nil
    }

    /// Tells nothing any more that was signed until now, since somebody else may have a key of the log's.
    public func discard() {
        target = nil
        best = nil
    }

    /// How each witness stands.
    public var states: [WitnessState] {
        zip(policy.witnesses, standings).map { witness, standing in
            WitnessState(
                witness: witness, size: standing.signed?.size, seconds: standing.signed?.seconds,
                fault: standing.fault)
        }
    }

    /// The witnesses that are to be asked now, each by ``ask(_:)``; until that has ended none of them is named again.
    ///
    /// - Throws: What keeps the log's end from being signed.
    public func due() async throws -> [Int] {
        try await renewTarget()
        guard let end = target?.checkpoint else { return [] }
        let now = parts.elapsedTime()
        let due = standings.indices.filter { index in
            standings[index].isDue(at: now) && standings[index].size <= end.end.size
                && !hasSigned(index, end)
        }
        for index in due { standings[index].isAsked = true }
        return due
    }

    /// Asks one witness to sign, and takes its signature or notes what is wrong.
    public func ask(_ index: Int) async {
        do throws(WitnessFault) {
            // The first answer may be that it knows another end than we thought.
            if try await asked(index) == .again, try await asked(index) == .again {
                throw .malformed
            }
        } catch {
            standings[index].hasFailed(error, at: parts.elapsedTime())
        }
        standings[index].isAsked = false
    }

    private enum Course { case done, again }

    private func asked(_ index: Int) async throws(WitnessFault) -> Course {
        guard let end = target?.checkpoint, standings[index].size <= end.end.size else {
            return .done
        }
        let old = standings[index].size
        let question: [UInt8]
        do {
            question = try await checkpoints.extended(from: old, to: end).bytes
        } catch {
            throw .unreachable("the log's end can't be proved now")
        }
        let reply = try await parts.send(index, question).get()
        let witness = policy.witnesses[index].key
        switch reply.status {
        case 200:
            let seconds = UInt64(clamping: parts.wallTime() / 1_000_000_000)
            let signed = try end.cosigned(by: witness, reply.body, nowSeconds: seconds)
            let time = signed.signers.first { $0.key == witness }?.seconds ?? 0
            standings[index].hasSigned(end.end.size, seconds: time)
            await take(signed)
            return .done
        case 409:
            guard let size = reply.size else { throw .malformed }
            if size == old {
                // Of the same size, and yet it does not match: another root.
                if old == end.end.size { throw .fork(size: size) }
                throw .malformed
            }
            if size > parts.logSize() { throw .beyond(size: size) }
            standings[index].size = size
            return .again
        case 422: throw old > 0 ? .fork(size: old) : .malformed
        case 403: throw .unknownKey
        case 404: throw .unknownLog
        default: throw .status(reply.status)
        }
    }

    /// Puts a signature to those that there are of the same end.
    private func take(_ signed: Checkpoint) async {
        if let target, target.checkpoint.end == signed.end {
            let merged = target.checkpoint.merged(with: signed)
            self.target = (merged, target.since)
            keep(merged)
            // What can't be shown now is shown with the next signature.
            try? await checkpoints.adopt(cosigned: merged)
        } else if let best, best.end == signed.end {
            keep(best.merged(with: signed))
        }
    }

    private func keep(_ checkpoint: Checkpoint) {
        guard policy.isMet(by: checkpoint.signers),
            checkpoint.end.size >= best?.end.size ?? 0
        else { return }
        // What can't be kept is not told; the next end is asked for again.
        guard (try? parts.note(checkpoint)) != nil else { return }
        best = checkpoint
    }

    /// A newer end is signed once the last has enough signatures, or had its time.
    private func renewTarget() async throws {
        let now = parts.elapsedTime()
        if let target {
            let age = Span.between(target.since, now)
            let isWanted = wanted > target.checkpoint.end.size
            let isMet = policy.isMet(by: target.checkpoint.signers)
            guard age >= parts.intervalNanoseconds || isWanted else { return }
            guard
                isMet || age >= WitnessLimits.turnNanoseconds
                    || !standings.contains(where: \.isAsked)
            else { return }
        }
        guard let newest = try await checkpoints.checkpoint(covering: wanted),
            newest.end.size > target?.checkpoint.end.size ?? 0
        else { return }
        target = (newest, now)
    }

    private func hasSigned(_ index: Int, _ checkpoint: Checkpoint) -> Bool {
        checkpoint.signers.contains { $0.key == policy.witnesses[index].key }
    }
}
