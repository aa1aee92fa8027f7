internal import CCryptoBoringSSL

/// The three hash functions of a Merkle tree (RFC 6962 section 2.1).
enum TreeHasher {
    /// The root of the tree without leaves: the hash of nothing.
    static let emptyRoot: TreeHash = hash(UnsafeRawBufferPointer(start: nil, count: 0))

    /// Hashes a leaf whose `0x00` prefix already stands in front of its bytes.
    static func leaf(prefixed bytes: UnsafeRawBufferPointer) -> LeafHash { hash(bytes) }

    /// Hashes a leaf's bytes.
    static func leaf(_ bytes: UnsafeRawBufferPointer) -> LeafHash {
        var context = SHA256_CTX()
        CCryptoBoringSSL_SHA256_Init(&context)
        withUnsafeBytes(of: UInt8(0)) { update(&context, $0) }
        update(&context, bytes)
        return digest { CCryptoBoringSSL_SHA256_Final($0, &context) }
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
        digest {
            CCryptoBoringSSL_SHA256(
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, $0)
        }
    }

    private static func update(_ context: inout SHA256_CTX, _ bytes: UnsafeRawBufferPointer) {
        CCryptoBoringSSL_SHA256_Update(&context, bytes.baseAddress, bytes.count)
    }

    private static func digest<Ignored>(
        _ write: (UnsafeMutablePointer<UInt8>?) -> Ignored
    ) -> TreeHash {
        var out = TreeHash()
        withUnsafeMutableBytes(of: &out.words) { digest in
            _ = write(digest.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
        return out
    }
}
