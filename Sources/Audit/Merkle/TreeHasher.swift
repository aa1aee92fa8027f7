import Crypto

/// The three hash functions of a Merkle tree (RFC 6962 section 2.1).
enum TreeHasher {
    /// The root of the tree without leaves: the hash of nothing.
    static let emptyRoot: TreeHash = hash(UnsafeRawBufferPointer(start: nil, count: 0))

    /// Hashes a leaf whose `0x00` prefix already stands in front of its bytes.
    static func leaf(prefixed bytes: UnsafeRawBufferPointer) -> LeafHash { hash(bytes) }

    /// Hashes a leaf's bytes.
    static func leaf(_ bytes: UnsafeRawBufferPointer) -> LeafHash {
        var function = SHA256()
        withUnsafeBytes(of: UInt8(0)) { function.update(bufferPointer: $0) }
        function.update(bufferPointer: bytes)
        return digest(function)
    }

    /// Hashes two subtrees to their parent.
    static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { block in
            block[0] = 1
            left.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: block[1..<33]).copyMemory(from: $0)
            }
            right.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: block[33..<65]).copyMemory(from: $0)
            }
            return hash(UnsafeRawBufferPointer(block))
        }
    }

    static func hash(_ bytes: UnsafeRawBufferPointer) -> TreeHash {
        var function = SHA256()
        function.update(bufferPointer: bytes)
        return digest(function)
    }

    private static func digest(_ function: SHA256) -> TreeHash {
        var out = TreeHash()
        function.finalize().withUnsafeBytes { digest in
            withUnsafeMutableBytes(of: &out.words) { $0.copyMemory(from: digest) }
        }
        return out
    }
}
