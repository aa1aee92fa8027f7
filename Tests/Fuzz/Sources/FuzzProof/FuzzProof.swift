import Audit

/// Feeds bytes to everything that reads proofs, receipts, seals and policies of witnesses: what is taken is written as it was read,
/// and proves nothing but what a log of a few records holds.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzProof(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 0 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    judge(bytes)
    if let log = ProvedLog.shared { judge(log.sample(changedBy: bytes)) }
    return 0
}

private func judge(_ bytes: [UInt8]) {
    read(bytes)
    guard let log = ProvedLog.shared else { preconditionFailure("there is no log") }
    log.judge(bytes)
    log.judge(signedText: bytes)
}

private func read(_ bytes: [UInt8]) {
    if let note = SignedNote(bytes) { precondition(note.bytes == bytes) }
    if let proof = LogProof(bytes) { precondition(LogProof(proof.bytes) == proof) }
    if let proof = LogExtension(bytes) { precondition(proof.bytes == bytes) }
    if let receipt = COSEReceipt(bytes) { precondition(receipt.bytes == bytes) }
    if let policy = try? WitnessPolicy(bytes) { _ = policy.isMet(by: []) }
    if let anchor = LogAnchor(encoded: bytes) { precondition(anchor.encoded == bytes) }
    let text = String(decoding: bytes, as: UTF8.self)
    if let key = VerifierKey(text) { precondition(VerifierKey(key.text) == key) }
    readParts(bytes, text)
}
