import Audit

/// Feeds bytes to everything that reads proofs, receipts and policies of witnesses: what is taken is written as it was read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzProof(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 0 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let note = SignedNote(bytes) { precondition(note.bytes == bytes) }
    if let proof = LogProof(bytes) { precondition(LogProof(proof.bytes) == proof) }
    if let proof = LogExtension(bytes) { precondition(proof.bytes == bytes) }
    if let receipt = COSEReceipt(bytes) { precondition(receipt.bytes == bytes) }
    if let policy = try? WitnessPolicy(bytes) { _ = policy.isMet(by: []) }
    let text = String(decoding: bytes, as: UTF8.self)
    if let key = VerifierKey(text) { precondition(VerifierKey(key.text) == key) }
    return 0
}
