public import Audit
import Proofs

extension TrustDomainStore {
    /// Makes an operator identity when the receipt is of the record that says so, and writes its files.
    ///
    /// - Throws: `PKIError.unproven`; otherwise as ``writeOperatorIdentity(name:nowNanoseconds:)``.
    public func writeOperatorIdentity(
        name: String, receipt: consuming Receipt, boundTo number: UInt64, nowNanoseconds now: Int64
    ) throws(PKIError) -> [CreatedFile] {
        if case .failure(let mismatch) = Clearance.check(receipt, boundTo: number) {
            throw .unproven(mismatch.reason)
        }
        return try writeOperatorIdentity(name: name, nowNanoseconds: now)
    }
}
