import Audit
import Support
import Testing

/// A log in memory whose full segments are sealed and packed.
extension SealedLog {
    /// Opens the log as a process does.
    func open(_ change: (inout JournalConfiguration) -> Void = { _ in }) throws -> Journal {
        var settings = try configuration()
        change(&settings)
        return try Journal.open(settings, system: log.system)
    }

    /// Seals and packs all that is full, and says what each step of packing did.
    @discardableResult
    func pack(_ journal: Journal) throws -> [SegmentPacker.Step] {
        let audit = try #require(journal.selfAudit)
        while case .sealed = audit.step(sealsOnly: true, pace: { _ in true }) {}
        let packer = try #require(journal.packer)
        var steps: [SegmentPacker.Step] = []
        for _ in 0..<200 {
            let step = packer.step { _ in true }
            guard case .packed = step else { return steps + (step == .idle ? [] : [step]) }
            steps.append(step)
        }
        return steps
    }

    /// A log of many segments, all but the last of them packed.
    static func packed(_ count: Int = 80, seed: UInt64 = 1) throws -> SealedLog {
        var random = SeededGenerator(seed: seed)
        let log = SealedLog()
        try log.write(count, &random)
        let journal = try log.open()
        let steps = try log.pack(journal)
        journal.close()
        #expect(steps.count > 3)
        #expect(log.plainFiles.count <= 2)
        return SealedLog(log.log.system.crashed())
    }

    var packedFiles: [String] { log.segments.filter { $0.hasSuffix(".gz") } }

    var plainFiles: [String] { log.segments.filter { $0.hasSuffix(".jsonl") } }
}
