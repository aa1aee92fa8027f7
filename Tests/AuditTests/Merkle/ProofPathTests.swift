import Audit
import Support
import Testing

/// The proofs that are made here are those that the verifier, which passes everybody's vectors, takes.
@Suite struct ProofPathTests {
    private static let sizeMax: UInt64 = 70
    private let leaves = (0..<Self.sizeMax).map { MerkleTree.leafHash(of: [UInt8($0)]) }

    private func root(_ size: UInt64) -> TreeHash {
        leaves.prefix(Int(size)).reduce(into: MerkleTree()) { $0.append($1) }.root
    }

    private func hashes(_ ranges: [Range<UInt64>], size: UInt64) throws -> [TreeHash] {
        var collector = NodeCollector(ranges: ranges)
        for leaf in leaves.prefix(Int(size)) { collector.append(leaf) }
        return try #require(collector.hashes(of: ranges))
    }

    @Test func everyRecordOfEverySmallLogIsProved() throws {
        for size in 1...Self.sizeMax {
            let root = root(size)
            for index in 0..<size {
                let ranges = try #require(ProofPath.inclusion(of: index, in: size))
                let proof = try hashes(ranges, size: size)
                let isProved = MerkleProofs.verifyInclusion(
                    of: leaves[Int(index)], at: index, size: size, root: root, proof: proof)
                #expect(isProved, "\(index) in \(size)")
            }
            #expect(ProofPath.inclusion(of: size, in: size) == nil)
        }
    }

    @Test func everyEarlierEndOfEverySmallLogIsProved() throws {
        for size in 1...Self.sizeMax {
            let new = root(size)
            for old in 1...size {
                let ranges = try #require(ProofPath.consistency(from: old, to: size))
                let proof = try hashes(ranges, size: size)
                let isProved = MerkleProofs.verifyConsistency(
                    from: old, root: root(old), to: size, root: new, proof: proof)
                #expect(isProved, "\(old) to \(size)")
            }
            #expect(ProofPath.consistency(from: size + 1, to: size) == nil)
            #expect(ProofPath.consistency(from: 0, to: size) == nil)
        }
    }

    /// The examples of C2SP tlog-tiles.
    @Test func tilesStandWhereOthersLookForThem() {
        #expect(TilePlace(.hashes(level: 0), index: 1_234_067).path == "tile/0/x001/x234/067")
        #expect(TilePlace(.hashes(level: 2), index: 0, width: 17).path == "tile/2/000.p/17")
        #expect(TilePlace(.entries, index: 5, width: 112).path == "tile/entries/005.p/112")
        #expect(TilePlace(.hashes(level: 0), index: 1000).path == "tile/0/x001/000")
    }
}
