import Crypto

/// A SHA-256 value held inline, fit as a dictionary key.
struct Fingerprint: Hashable, Sendable {
    private let word0, word1, word2, word3: UInt64

    init(of bytes: some Sequence<UInt8> & Collection<UInt8>) {
        var hash = SHA256()
        if bytes.withContiguousStorageIfAvailable({ hash.update(bufferPointer: .init($0)) }) == nil
        {
            hash.update(data: Array(bytes))
        }
        self.init(hash.finalize())
    }

    /// Of a chain: each certificate with its length before it.
    init(ofChain chain: [[UInt8]]) {
        var hash = SHA256()
        for der in chain {
            withUnsafeBytes(of: UInt64(der.count).bigEndian) { hash.update(bufferPointer: $0) }
            der.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        self.init(hash.finalize())
    }

    /// The first 16 bytes.
    var prefix: IssuedCertificates.Digest {
        .init(high: UInt64(bigEndian: word0), low: UInt64(bigEndian: word1))
    }

    private init(_ digest: SHA256.Digest) {
        (word0, word1, word2, word3) = digest.withUnsafeBytes { raw in
            (
                raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
                raw.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            )
        }
    }
}

/// Lower-case hexadecimal text of bytes.
func hexText(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
