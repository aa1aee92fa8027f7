/// Proof that one record is on disk; only a journal makes it, and it can be used once.
public struct Receipt: ~Copyable, Sendable {
    /// The record's place in the log's total order, from 1.
    public let sequence: UInt64
    /// The record's leaf hash (RFC 6962 section 2.1).
    public let leafHash: LeafHash
    /// The decision that the record was made for.
    public let decisionID: UInt64
    /// The record's time, nanoseconds since 1970.
    public let nowNanoseconds: Int64

    init(_ sealed: SealedRecord, nowNanoseconds: Int64) {
        sequence = sealed.sequence
        leafHash = sealed.leafHash
        decisionID = sealed.decisionID
        self.nowNanoseconds = nowNanoseconds
    }
}

/// What the committer knows about an awaited record once its line is made.
struct SealedRecord: Sendable {
    var sequence: UInt64
    var leafHash: LeafHash
    var decisionID: UInt64
}

/// What became of a lane's awaited records: their receipts in append order, or one failure.
public struct Commit: ~Copyable {
    /// Why nothing was acknowledged; nil if all is durable.
    public let failure: AuditError?
    private let sealed: ContiguousArray<SealedRecord>
    private let nowNanoseconds: Int64
    private var taken = 0

    init(failure: AuditError?, sealed: ContiguousArray<SealedRecord>, nowNanoseconds: Int64) {
        self.failure = failure
        self.sealed = sealed
        self.nowNanoseconds = nowNanoseconds
    }

    /// The number of receipts in all.
    public var count: Int { sealed.count }

    /// The next receipt, in the order in which the records were appended.
    public mutating func next() -> Receipt? {
        guard taken < sealed.count else { return nil }
        defer { taken += 1 }
        return Receipt(sealed[taken], nowNanoseconds: nowNanoseconds)
    }
}
