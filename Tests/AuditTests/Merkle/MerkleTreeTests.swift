import Audit
import Crypto
import Testing

@Suite struct MerkleTreeTests {
    /// The definition of RFC 6962 section 2.1, written out.
    private func root(_ leaves: [[UInt8]]) -> [UInt8] {
        if leaves.isEmpty { return Array(SHA256.hash(data: [])) }
        if leaves.count == 1 { return Array(SHA256.hash(data: [0] + leaves[0])) }
        var half = 1
        while half * 2 < leaves.count { half *= 2 }
        return Array(
            SHA256.hash(data: [1] + root(Array(leaves[..<half])) + root(Array(leaves[half...]))))
    }

    @Test func hasTheRootOfTheDefinitionAtEverySize() {
        var tree = MerkleTree()
        var leaves: [[UInt8]] = []
        for size in 0..<70 {
            #expect(tree.root.bytes == root(leaves))
            #expect(tree.size == UInt64(size))
            let leaf = Array("leaf \(size)".utf8)
            leaves.append(leaf)
            tree.append(MerkleTree.leafHash(of: leaf))
        }
    }

    @Test func readsOnlyCanonicalBase64() {
        let hash = MerkleTree.leafHash(of: [1, 2, 3])
        #expect(TreeHash(base64: hash.base64) == hash)
        #expect(hash.base64.count == 44)
        #expect(TreeHash(base64: String(hash.base64.dropLast())) == nil)
        #expect(
            TreeHash(base64: hash.base64.dropLast(2) + "+=") == nil || hash.base64.hasSuffix("+="))
        #expect(TreeHash(base64: hash.base64 + "AAAA") == nil)
        #expect(TreeHash(bytes: [1, 2, 3]) == nil)
    }

    @Test func refusesAbsurdProofsWithoutTrapping() {
        let hash = MerkleTree.leafHash(of: [])
        for size in [0, 1, 2, 3, UInt64.max - 1, .max] {
            for index in [0, 1, UInt64.max - 1, .max] {
                let proof = [TreeHash](repeating: hash, count: 3)
                #expect(
                    !MerkleProofs.verifyInclusion(
                        of: hash, at: index, size: size, root: hash, proof: proof))
                #expect(
                    !MerkleProofs.verifyConsistency(
                        from: index, root: hash, to: size, root: hash, proof: proof))
            }
        }
    }
}
