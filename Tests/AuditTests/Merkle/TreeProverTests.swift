@testable import Audit
import Testing

/// Hashes by level as tlog-tiles has them, of leaves `leaf 0`, `leaf 1`, ...
struct HeldHashes: HashSource {
    private var levels: [[TreeHash]]

    init(leaves count: Int) {
        self.init((0..<count).map { MerkleTree.leafHash(of: Array("leaf \($0)".utf8)) })
    }

    init(_ leaves: [TreeHash]) {
        levels = [leaves]
        while let last = levels.last, last.count >= 256 {
            levels.append(
                (0..<last.count / 256).map { tile in
                    var tree = MerkleTree()
                    for hash in last[tile * 256..<(tile + 1) * 256] { tree.append(hash) }
                    return tree.root
                })
        }
    }

    func hashes(level: Int, from index: UInt64, count: Int) throws(AuditError) -> [TreeHash] {
        guard level < levels.count, index < UInt64(levels[level].count),
            Int(index) + count <= levels[level].count
        else { throw .noProof("no such hash") }
        return Array(levels[level][Int(index)..<Int(index) + count])
    }
}

@Suite struct TreeProverTests {
    @Test func provesEveryRecordAtEverySmallSize() throws {
        let source = HeldHashes(leaves: 40)
        let prover = TreeProver(source: source)
        var tree = MerkleTree()
        for size in UInt64(1)...40 {
            tree.append(try source.hashes(level: 0, from: size - 1, count: 1)[0])
            #expect(try prover.root(size: size) == tree.root)
            #expect(try prover.tree(size: size).root == tree.root)
            for index in 0..<size {
                let leaf = try source.hashes(level: 0, from: index, count: 1)[0]
                let proof = try prover.inclusion(of: index, size: size)
                #expect(
                    MerkleProofs.verifyInclusion(
                        of: leaf, at: index, size: size, root: tree.root, proof: proof))
                let earlier = try prover.consistency(from: index + 1, to: size)
                #expect(
                    MerkleProofs.verifyConsistency(
                        from: index + 1, root: try prover.root(size: index + 1), to: size,
                        root: tree.root, proof: earlier))
            }
            #expect(throws: AuditError.self) { _ = try prover.inclusion(of: size, size: size) }
            #expect(throws: AuditError.self) {
                _ = try prover.consistency(from: size + 1, to: size)
            }
        }
    }

    @Test func provesAcrossSeveralLevelsOfTiles() throws {
        let count = 70_000
        let source = HeldHashes(leaves: count)
        let prover = TreeProver(source: source)
        var tree = MerkleTree()
        var roots: [UInt64: TreeHash] = [:]
        for index in 0..<count {
            tree.append(try source.hashes(level: 0, from: UInt64(index), count: 1)[0])
            roots[tree.size] = tree.root
        }
        let sizes: [UInt64] = [1, 255, 256, 257, 65_535, 65_536, 65_537, 69_999, 70_000]
        for size in sizes {
            let root = try #require(roots[size])
            #expect(try prover.root(size: size) == root)
            for index in [0, size / 3, size / 2, size - 1] {
                let leaf = try source.hashes(level: 0, from: index, count: 1)[0]
                #expect(
                    MerkleProofs.verifyInclusion(
                        of: leaf, at: index, size: size, root: root,
                        proof: try prover.inclusion(of: index, size: size)))
            }
            for first in sizes where first <= size {
                #expect(
                    MerkleProofs.verifyConsistency(
                        from: first, root: try #require(roots[first]), to: size, root: root,
                        proof: try prover.consistency(from: first, to: size)))
            }
        }
        var again = try prover.tree(size: 65_537)
        for index in 65_537..<count {
            again.append(try source.hashes(level: 0, from: UInt64(index), count: 1)[0])
        }
        #expect(again.root == tree.root)
    }
}
