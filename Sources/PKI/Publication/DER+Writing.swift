import SwiftASN1
import Text
import X509

/// Pieces of what is written here that the library has no types for: lists of revoked certificates, and answers about one.
extension DER.Serializer {
    mutating func sequence(_ body: (inout DER.Serializer) throws -> Void) rethrows {
        try appendConstructedNode(identifier: .sequence, body)
    }

    mutating func explicit(
        _ number: UInt, _ body: (inout DER.Serializer) throws -> Void
    ) rethrows {
        try appendConstructedNode(identifier: .context(number), body)
    }

    mutating func primitive(_ identifier: ASN1Identifier, _ bytes: some Sequence<UInt8>) {
        appendPrimitiveNode(identifier: identifier) { $0.append(contentsOf: bytes) }
    }

    /// A number that is not negative, from its bytes with the highest first.
    mutating func integer(_ bytes: some Sequence<UInt8>) {
        var value = Array(bytes.drop { $0 == 0 })
        if value.first.map({ $0 >= 0x80 }) ?? true { value.insert(0, at: 0) }
        primitive(.integer, value)
    }

    mutating func integer(_ value: UInt64) {
        withUnsafeBytes(of: value.bigEndian) { integer($0) }
    }

    mutating func enumerated(_ value: UInt8) { primitive(.enumerated, [value]) }

    /// RFC 5280 section 4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050.
    mutating func time(seconds: Int64) {
        let digits = Self.digits(seconds)
        if digits.lexicographicallyPrecedes("2050".utf8) {
            primitive(.utcTime, digits.dropFirst(2))
        } else {
            primitive(.generalizedTime, digits)
        }
    }

    mutating func generalizedTime(seconds: Int64) {
        primitive(.generalizedTime, Self.digits(seconds))
    }

    /// One certificate extension (RFC 5280 section 4.1), which is not critical.
    mutating func certificateExtension(
        _ identifier: [UInt8], _ value: (inout DER.Serializer) -> Void
    ) {
        var inner = DER.Serializer()
        value(&inner)
        let bytes = inner.serializedBytes
        sequence {
            $0.primitive(.objectIdentifier, identifier)
            $0.primitive(.octetString, bytes)
        }
    }

    /// One that the library has made (RFC 5280 section 4.1).
    mutating func certificateExtension(_ made: Certificate.Extension) throws {
        try sequence {
            try $0.serialize(made.oid)
            if made.critical { $0.primitive(.boolean, [0xFF]) }
            $0.primitive(.octetString, made.value)
        }
    }

    /// What was signed, by which algorithm, and the signature (RFC 5280 section 5.1.1).
    static func signed(_ body: [UInt8], _ signature: [UInt8]) -> [UInt8] {
        var writer = DER.Serializer()
        writer.sequence {
            $0.serializeRawBytes(body)
            $0.serializeRawBytes(ObjectID.ecdsaWithSHA256)
            $0.primitive(.bitString, [0] + signature)
        }
        return writer.serializedBytes
    }

    /// As `20261123143620Z`.
    private static func digits(_ seconds: Int64) -> [UInt8] {
        CivilTime(secondsSince1970: min(max(seconds, 0), PKILimits.lastSecond)).rfc3339.utf8
            .filter { (0x30...0x39).contains($0) || $0 == 0x5A }
    }
}

/// Object identifiers as they stand in DER, behind tag and length.
enum ObjectID {
    /// 2.5.29.20, RFC 5280 section 5.2.3.
    static let listNumber: [UInt8] = [0x55, 0x1D, 0x14]
    /// 2.5.29.21, RFC 5280 section 5.3.1.
    static let reasonCode: [UInt8] = [0x55, 0x1D, 0x15]
    /// 1.3.6.1.5.5.7.48.1.1, RFC 6960 section 4.2.1.
    static let basicResponse: [UInt8] = [0x2B, 6, 1, 5, 5, 7, 0x30, 1, 1]
    /// 1.3.6.1.5.5.7.48.1.9, RFC 6960 section 4.4.8.
    static let extendedRevoke: [UInt8] = [0x2B, 6, 1, 5, 5, 7, 0x30, 1, 9]
    /// 2.5.29.35, RFC 5280 section 4.2.1.1.
    static let authorityKeyIdentifier: [UInt8] = [0x55, 0x1D, 0x23]
    /// The whole AlgorithmIdentifier of ecdsa-with-SHA256, RFC 5758 section 3.2.
    static let ecdsaWithSHA256: [UInt8] = [
        0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02,
    ]
}
