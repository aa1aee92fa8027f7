import Audit
import Support
import Testing

/// Receipts in CBOR, which one key signs for one record of one log.
@Suite struct COSEReceiptTests {
    @Test func everyReceiptIsReadAndProvesItsRecordAlone() async throws {
        let signed = try SignedLog()
        let receipts = try signed.write(300)
        let end = try #require(try await signed.keeper.checkpoint(covering: 300))
        let keys = signed.keeper.verifiers
        for receipt in receipts {
            let cose = try #require(try await signed.keeper.receipt(of: receipt.sequence, by: end))
            #expect(COSEReceipt(cose.bytes) == cose)
            #expect(cose.sequence == receipt.sequence && cose.size == end.end.size)
            #expect(try cose.verify(leaf: receipt.leaf, by: keys) == keys.first)
            #expect(throws: CheckpointFault.wrongSignature) {
                try cose.verify(leaf: MerkleTree.leafHash(of: [1]), by: keys)
            }
            let other = try #require(LogKey(newFor: "maxine.local/audit")).verifier
            #expect(throws: CheckpointFault.unsigned(origin: "maxine.local/audit")) {
                try cose.verify(leaf: receipt.leaf, by: [other])
            }
        }
        signed.journal.close()
    }

    /// No byte of a receipt may be another, none may be missing and none may follow.
    @Test func aReceiptThatIsBentIsRefused() async throws {
        let signed = try SignedLog()
        let written = try #require(try signed.write(20).last)
        let end = try #require(
            try await signed.keeper.checkpoint(covering: written.sequence))
        let bytes = try #require(
            try await signed.keeper.receipt(of: written.sequence, by: end)
        ).bytes
        func isTaken(_ bytes: [UInt8]) -> Bool {
            guard let receipt = COSEReceipt(bytes) else { return false }
            return (try? receipt.verify(leaf: written.leaf, by: signed.keeper.verifiers)) != nil
        }
        #expect(isTaken(bytes))
        for index in bytes.indices {
            for bit in 0..<8 {
                var bent = bytes
                bent[index] ^= 1 << UInt8(bit)
                #expect(!isTaken(bent), "byte \(index), bit \(bit)")
            }
            #expect(!isTaken(Array(bytes[..<index])))
            #expect(!isTaken(Array(bytes[..<index]) + [0] + Array(bytes[index...])))
        }
        #expect(!isTaken(bytes + [0]))
        signed.journal.close()
    }
}
