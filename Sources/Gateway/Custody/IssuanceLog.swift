internal import Audit
internal import Auth
internal import PKI

/// Has the log say of certificates that nobody asked for in a request, before they leave: the registry's own, and what was made while it
/// was not running.
struct IssuanceLog: Sendable {
    let journal: Journal
    let clock: @Sendable () -> Int64

    /// Makes the records of some certificates durable; waits for the disk.
    ///
    /// - Throws: ``AuditError`` where they can't be; then the certificates must not be used.
    func record(_ issued: [IssuedLeaf]) throws(AuditError) {
        try write(issued.map { (IssuanceRecord.action, IssuanceRecord($0).detail) })
    }

    /// Has the set of what was issued hold what the log can't know by itself: what was made while no log was open, and at the first start
    /// of this version the operator's certificate of an earlier one, whose records have no digests.
    ///
    /// - Returns: What a person should know, a line each.
    /// - Throws: ``AuditError``; `PKIError`.
    func open(_ store: TrustDomainStore) throws -> [String] {
        guard let issued = store.trust.issued else { return [] }
        let now = clock()
        var notes: [String] = []
        var leaves = try store.unrecorded(nowNanoseconds: now)
        if !leaves.isEmpty {
            notes.append(
                "certificates that were made while the log was closed: \(leaves.count), recorded now"
            )
        }
        let adopted = issued.adoptedCount
        if !issued.isBegun, let leaf = try store.operatorLeaf(nowNanoseconds: now),
            !leaves.contains(leaf)
        {
            leaves.append(leaf)
            notes.append("taken over from an earlier version: operator certificate \(leaf.serial)")
        }
        if !issued.isBegun, adopted > 0 {
            notes.append("taken over from an earlier version's log: \(adopted) certificates")
        }
        var records = leaves.map { (IssuanceRecord.action, IssuanceRecord($0).detail) }
        if !issued.isBegun {
            records.append(
                (IssuanceRecord.beginning, Array("{\"adopted\":\(adopted)}".utf8)))
        }
        try write(records)
        issued.begin()
        for leaf in leaves {
            issued.take(
                IssuanceRecord(leaf), issuedSeconds: now / 1_000_000_000, nowNanoseconds: now)
        }
        try store.forgetUnrecorded()
        return notes
    }

    private func write(_ records: [(action: String, detail: [UInt8])]) throws(AuditError) {
        guard !records.isEmpty else { return }
        let lane = journal.makeLane()
        for (action, detail) in records {
            try lane.append(Record(kind: .system, action: action, detail: detail))
        }
        if let failure = lane.commit(nowNanoseconds: clock()).failure { throw failure }
    }
}
