@testable import Audit
import Foundation
import Testing

/// The tile tree of the Tessera project: its entries, tiles and checkpoints fit each other in our code.
@Suite struct TileVectorTests {
    static let folder: String? = ProofVectorTests.folder.map { $0 + "/tlog-tiles" }.flatMap {
        FileManager.default.fileExists(atPath: $0) ? $0 : nil
    }

    private func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: (Self.folder ?? "") + "/" + path)))
    }

    private func entries(_ bundle: [UInt8]) throws -> [[UInt8]] {
        var rest = bundle[...]
        var out: [[UInt8]] = []
        while rest.count >= 2 {
            let head = Array(rest.prefix(2))
            let count = Int(head[0]) << 8 | Int(head[1])
            try #require(rest.count >= count + 2)
            out.append(Array(rest.dropFirst(2).prefix(count)))
            rest = rest.dropFirst(2 + count)
        }
        #expect(rest.isEmpty)
        return out
    }

    @Test(.enabled(if: folder != nil, ProofVectorTests.absent))
    func everyCheckpointIsTheRootOfItsEntriesAndTiles() throws {
        var checked = 0
        for size in 0...15 {
            let text = String(decoding: try bytes("checkpoint.\(size)"), as: UTF8.self)
            let signed = try SignedCheckpoint(text)
            #expect(signed.note.description == text)
            #expect(signed.checkpoint.size == UInt64(size))
            #expect(signed.checkpoint.text == signed.note.text)
            var tree = MerkleTree()
            if size > 0 {
                let lines = try entries(try bytes("tile/entries/000.p/\(size)"))
                #expect(lines.count == size)
                let tile = try bytes("tile/0/000.p/\(size)")
                #expect(tile.count == 32 * size)
                for (index, line) in lines.enumerated() {
                    let leaf = MerkleTree.leafHash(of: line)
                    #expect(leaf.bytes == Array(tile[32 * index..<32 * (index + 1)]))
                    tree.append(leaf)
                }
            }
            #expect(tree.root == signed.checkpoint.root)
            checked += 1
        }
        #expect(checked == 16)
        let newest = try SignedCheckpoint(String(decoding: try bytes("checkpoint"), as: UTF8.self))
        #expect(newest.checkpoint.size == 15)
    }

    @Test(.enabled(if: folder != nil, ProofVectorTests.absent))
    func proofsOverItsTilesLeadToItsCheckpoints() throws {
        let tile = try bytes("tile/0/000.p/15")
        let leaves = (0..<15).compactMap { TreeHash(bytes: tile[32 * $0..<32 * ($0 + 1)]) }
        let prover = TreeProver(source: HeldHashes(leaves))
        let newest = try SignedCheckpoint(
            String(decoding: try bytes("checkpoint"), as: UTF8.self))
        for size in 1...15 {
            let old = try SignedCheckpoint(
                String(decoding: try bytes("checkpoint.\(size)"), as: UTF8.self)
            ).checkpoint
            let proof = ConsistencyProof(
                from: old.size, hashes: try prover.consistency(from: old.size, to: 15),
                checkpoint: newest)
            #expect(proof.holds(from: old.root))
            for index in 0..<UInt64(size) {
                let path = TlogProof(
                    index: index, hashes: try prover.inclusion(of: index, size: 15),
                    checkpoint: newest)
                #expect(path.holds(forLeaf: leaves[Int(index)]))
                #expect(try TlogProof(path.description) == path)
            }
        }
    }
}
