internal import Audit
internal import PKI
internal import Policy
internal import Proofs
internal import Time

/// Changes the keys that sign the log's ends, one change after the other.
///
/// INVARIANT: keys are durable before they sign. What follows, their public halves beside the trust bundle and the record that
/// names them, is done again by each round and each start until it is done.
actor LogKeyDesk {
    private let ring: LogKeyRing
    private let keeper: CheckpointKeeper
    private let witnesses: WitnessKeeper?
    private let journal: Journal
    private let file: CheckpointFile
    private let overlapSeconds: Int
    private let wall: @Sendable () -> Int64

    init(
        _ ring: LogKeyRing, _ keeper: CheckpointKeeper, _ witnesses: WitnessKeeper?,
        _ journal: Journal, _ file: CheckpointFile, overlapSeconds: Int,
        wall: @escaping @Sendable () -> Int64
    ) {
        self.ring = ring
        self.keeper = keeper
        self.witnesses = witnesses
        self.journal = journal
        self.file = file
        self.overlapSeconds = overlapSeconds
        self.wall = wall
    }

    /// What ends of the log are verified by.
    nonisolated var published: [VerifierKey] { ring.keys.published }

    /// Takes a step that was allowed and recorded.
    func take(
        _ step: LogKeyStep, permit: consuming Permit, receipt: consuming Receipt
    ) async -> Result<LogKeys, LogKeyRefusal> {
        switch Clearance.check(permit, receipt, for: step.wanted) {
        case .failure(let mismatch): return .failure(.notCleared(mismatch.reason))
        case .success: break
        }
        do throws(PKIError) {
            switch step {
            case .joining:
                guard ring.keys.keys.count == 1 else { return .failure(.overlapping) }
                let end = wall() + Int64(overlapSeconds) * 1_000_000_000
                try ring.store(try ring.keys.joined(until: end))
            case .retiring:
                guard ring.keys.keys.count > 1 else { return .failure(.alone) }
                try ring.store(ring.keys.withoutOldest())
            case .replacing:
                try ring.store(try ring.keys.replaced())
            }
        } catch {
            return .failure(.failed(error))
        }
        await settle(forgetting: step == .replacing)
        return .success(ring.keys)
    }

    /// Ends an overlap whose time is over, and does what is left of a change; the work of each round.
    ///
    /// - Throws: What keeps it from being done.
    func round() async throws {
        if let end = ring.keys.overlapEndNanoseconds, wall() >= end {
            try ring.store(ring.keys.withoutOldest())
            await keeper.adopt(keys: ring.keys.keys, forgetting: false)
        }
        try await show()
    }

    private func settle(forgetting: Bool) async {
        await keeper.adopt(keys: ring.keys.keys, forgetting: forgetting)
        if forgetting { await witnesses?.discard() }
        // What can't be done now is done by the next round.
        try? await show()
    }

    private func show() async throws {
        _ = try file.publish(ring.keys.published)
        try await ring.begin(journal)
    }
}

/// What can be done to the keys of the log.
enum LogKeyStep: Sendable {
    /// Makes the next one, beside which the old one goes on for a while.
    case joining
    /// Ends that while.
    case retiring
    /// Makes the next one, and has the old ones sign no more at once, since somebody else may have them.
    case replacing

    var wanted: WantedOperation {
        WantedOperation(self == .replacing ? .caRevoke : .caRotate, id: LogKeyRing.resourceID)
    }

    var resource: Resource { Resource(id: LogKeyRing.resourceID) }
}

/// Why a step is not taken.
enum LogKeyRefusal: Error, CustomStringConvertible {
    /// Two sign already.
    case overlapping
    /// One signs, and has no successor.
    case alone
    /// Permit or receipt are for something else.
    case notCleared(String)
    /// The keys can't be kept.
    case failed(PKIError)

    var description: String {
        switch self {
        case .overlapping:
            "the log's last key has not retired yet: end that first, or wait for it"
        case .alone: "the log has one key, which has no successor yet"
        case .notCleared(let reason): reason
        case .failed(let error): "\(error)"
        }
    }
}
