@testable import Audit

/// Smaller readers of what witnesses, tiles and seals say.
func readParts(_ bytes: [UInt8], _ text: String) {
    if let size = WitnessReply(status: 409, body: bytes).size {
        precondition(bytes == Array("\(size)\n".utf8))
    }
    if let place = TilePlace(hashesAt: text) { precondition(place.path == "tile/" + text) }
    if let time = Timestamp.parse(bytes[...]) {
        var stamp = Timestamp()
        var written: [UInt8] = []
        stamp.append(time, to: &written)
        precondition(written == bytes)
    }
    if let hash = TreeHash(base64: text) { precondition(hash.base64 == text) }
    if let line = bytes.withUnsafeBytes({ CommitLine.parse($0) }) {
        var written: [UInt8] = []
        line.append(to: &written)
        precondition(written == bytes)
    }
    for record in SegmentChanges.records(of: bytes) ?? [] { _ = (record.kind, record.intent) }
    if let witness = VerifierKey(
        name: "w", kind: .witness, publicKey: [UInt8](repeating: 9, count: 32)),
        let note = SignedNote(Array("a\n1\n\(TreeHash().base64)\n\n".utf8) + bytes)
    {
        _ = note.signers(among: [witness])
    }
}
