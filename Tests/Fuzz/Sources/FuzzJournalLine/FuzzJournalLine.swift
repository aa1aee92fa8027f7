import Audit

/// Feeds bytes to everything that reads a log: no byte may make the verifier or a record trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJournalLine(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 0 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if case .success(let report) = LogVerifier.verify(firstSegment: bytes) {
        _ = report.root.base64
    }
    for line in bytes.split(separator: 10).prefix(64) { read(Array(line)) }
    return 0
}

/// Looks up every member of a line that is a record.
private func read(_ line: [UInt8]) {
    guard let record = ReplayedRecord(line: line) else { return }
    _ = record.kind
    _ = record.nowNanoseconds
    _ = record.request
    _ = record.action
    _ = record.status
    _ = record.detail
    _ = record.resource
    _ = record.intent
}
