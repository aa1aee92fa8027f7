@testable import Audit

/// Receipts without a journal, which only tests can make.
enum TestReceipt {
    static func make(decisionID: UInt64) -> Receipt {
        Receipt(
            SealedRecord(sequence: 1, leafHash: LeafHash(), decisionID: decisionID),
            nowNanoseconds: 0)
    }
}
