internal import Crypto
internal import SwiftASN1

/// A request for a timestamp of some bytes (RFC 3161 section 2.4.1): their SHA-256, a nonce, and the wish for the authority's certificate.
public struct TimestampQuery: Sendable, Equatable {
    /// SHA-256 of what is to be stamped.
    public let digest: [UInt8]
    /// What only the answer to this request holds: positive, without leading zeros.
    public let nonce: [UInt8]

    /// Asks about bytes with a new nonce of 63 random bits.
    public init(of content: [UInt8]) {
        self.init(of: content, using: SystemRandomNumberGenerator())
    }

    init(of content: [UInt8], using generator: some RandomNumberGenerator) {
        var generator = generator
        digest = Array(SHA256.hash(data: content))
        let number = (generator.next() as UInt64) >> 1 | 1 << 62
        nonce = withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    /// The request in DER, to be sent as `application/timestamp-query`.
    public var der: [UInt8] {
        var writer = DER.Serializer()
        writer.sequence {
            $0.integer(1)
            $0.sequence {
                $0.sequence { $0.primitive(.objectIdentifier, TimestampID.sha256Bytes) }
                $0.primitive(.octetString, digest)
            }
            $0.integer(nonce)
            $0.primitive(.boolean, [0xFF])
        }
        return writer.serializedBytes
    }
}

/// Object identifiers of timestamps and of what they are wrapped in.
enum TimestampID {
    /// 2.16.840.1.101.3.4.2.1 as it stands in DER, behind tag and length.
    static let sha256Bytes: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]
    static let sha256: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 1]
    static let sha384: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 2]
    static let sha512: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 3]
    /// RFC 5652 section 5.1.
    static let signedData: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 7, 2]
    /// RFC 3161 section 2.4.2.
    static let info: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 1, 4]
    /// RFC 5652 sections 11.1 and 11.2.
    static let contentType: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 3]
    static let messageDigest: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 4]
    /// RFC 5035 sections 3 and 4.
    static let signingCertificate: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 2, 12]
    static let signingCertificate2: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 2, 47]
    /// RFC 3161 section 2.3.
    static let timeStamping: ASN1ObjectIdentifier = [1, 3, 6, 1, 5, 5, 7, 3, 8]
    static let anyUsage: ASN1ObjectIdentifier = [2, 5, 29, 37, 0]
}
