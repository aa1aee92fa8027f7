import Audit
import Support
import Testing

/// Proofs between two ends, and proofs from a log's files alone, lead to nothing but what was signed.
@Suite struct LogExtensionTests {
    @Test func aProofFromAnotherSizeIsNone() async throws {
        let signed = try SignedLog()
        try signed.write(5, batch: 1)
        let old = try #require(try await signed.keeper.checkpoint())
        try signed.write(9)
        signed.clock.advance(by: .seconds(1))
        try await signed.keeper.round()
        let proof = try #require(try await signed.keeper.consistency(from: old.end.size))
        let keys = signed.keeper.verifiers
        #expect(throws: Never.self) { try proof.verify(from: old.end, by: keys) }
        for size in [old.end.size - 1, old.end.size + 1] {
            let other = LogAnchor(size: size, root: old.end.root)
            #expect(
                throws: CheckpointFault.other(
                    "it is a proof from \(old.end.size) records on, not from \(size)")
            ) { try proof.verify(from: other, by: keys) }
        }
        signed.journal.close()
    }

    /// Every log extends the empty one, and that has no proof: hashes that stand there prove nothing.
    @Test func nothingIsProvedFromNothing() async throws {
        let signed = try SignedLog()
        try signed.write(5)
        let proof = try #require(try await signed.keeper.consistency(from: 0))
        let keys = signed.keeper.verifiers
        #expect(throws: Never.self) { try proof.verify(from: .empty, by: keys) }
        let text = String(decoding: proof.bytes, as: UTF8.self)
        let hash = MerkleTree.leafHash(of: [1]).base64
        let padded = try #require(
            LogExtension(Array(text.replacing("old 0\n", with: "old 0\n\(hash)\n").utf8)))
        #expect(throws: CheckpointFault.unproven) { try padded.verify(from: .empty, by: keys) }
        signed.journal.close()
    }

    /// A tile on disk that is not what it was is no reason to tell a witness anything else than the log holds.
    @Test func aSpoiledTileMakesNoWrongProof() async throws {
        let signed = try SignedLog()
        try signed.write(300)
        let old = try #require(try await signed.keeper.checkpoint())
        try signed.write(300)
        signed.clock.advance(by: .seconds(1))
        try await signed.keeper.round()
        let path = MemoryLog.folder + "/tlog/tile/0/001"
        var tile = signed.log.system.bytes(of: path)
        for index in tile.indices { tile[index] ^= 1 }
        signed.log.system.setBytes(tile, of: path)
        let keys = signed.keeper.verifiers
        await #expect(throws: AuditError.self) {
            try await signed.keeper.consistency(from: old.end.size)
        }
        signed.clock.advance(by: .seconds(1))
        let proof = try #require(try await signed.keeper.consistency(from: old.end.size))
        #expect(throws: Never.self) { try proof.verify(from: old.end, by: keys) }
        signed.journal.close()
    }

    @Test func aLogThatIsNotTheSignedOneGivesNoProofFromItsFiles() async throws {
        let signed = try SignedLog()
        let written = try signed.write(20)
        let end = try #require(try await signed.keeper.checkpoint())
        signed.journal.close()
        func prove(_ log: MemoryLog) throws -> LeafHash {
            try OfflineProof.prove(
                7, in: MemoryLog.folder, by: end, system: log.system
            ).leaf
        }
        let whole = MemoryLog(signed.log.system.crashed())
        #expect(try prove(whole) == written.first { $0.sequence == 7 }?.leaf)
        let path = whole.segments[0]
        let text = String(decoding: whole.system.bytes(of: path), as: UTF8.self)
        let changed = MemoryLog(signed.log.system.crashed())
        changed.system.setBytes(Array(text.replacing("i-3\"", with: "i-4\"").utf8), of: path)
        #expect(throws: CheckpointFault.self) { try prove(changed) }
    }
}
