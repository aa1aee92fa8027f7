import Crypto
@testable import PKI
import SwiftASN1

/// A list of revoked certificates with whatever somebody may write into it.
struct TestList {
    var version: [UInt8]? = [1]
    var inner = ObjectID.ecdsaWithSHA256
    var outer = ObjectID.ecdsaWithSHA256
    var issuer: [UInt8] = [0x30, 0]
    var begin: Int64 = OfficeFixture.now / 1_000_000_000 - 60
    var end: Int64? = OfficeFixture.now / 1_000_000_000 + 30 * 86_400
    /// Written as it is in place of the beginning.
    var beginNode: [UInt8]?
    var serials: [[UInt8]] = []
    /// What stands behind serial number and time of each.
    var behindEntry: [UInt8] = []
    var keyID: [UInt8]? = [0xAB]
    var number: [UInt8]? = [7]
    var more: [UInt8] = []
    var unusedBits: UInt8 = 0
    var key = P256.Signing.PrivateKey()

    /// One of a root, signed by its key.
    init(of root: ParsedCertificate, _ key: P256.Signing.PrivateKey, number: UInt64 = 7) {
        issuer = root.header.subject
        keyID = root.extensions.subjectKeyIdentifier
        self.number = withUnsafeBytes(of: number.bigEndian) { Array($0) }
        self.key = key
    }

    /// One of nobody.
    init() {}

    /// An extension of a name, which is critical or not.
    static func ext(_ name: [UInt8], critical: Bool = false, _ value: [UInt8]) -> [UInt8] {
        var writer = DER.Serializer()
        writer.sequence {
            $0.primitive(.objectIdentifier, name)
            if critical { $0.primitive(.boolean, [0xFF]) }
            $0.primitive(.octetString, value)
        }
        return writer.serializedBytes
    }

    var der: [UInt8] {
        get throws {
            let body = body
            var writer = DER.Serializer()
            let signature = try key.signature(for: body).derRepresentation
            writer.sequence {
                $0.serializeRawBytes(body)
                $0.serializeRawBytes(outer)
                $0.primitive(.bitString, [unusedBits] + signature)
            }
            return writer.serializedBytes
        }
    }

    private var body: [UInt8] {
        var writer = DER.Serializer()
        writer.sequence {
            if let version { $0.primitive(.integer, version) }
            $0.serializeRawBytes(inner)
            $0.serializeRawBytes(issuer)
            if let beginNode { $0.serializeRawBytes(beginNode) } else { $0.time(seconds: begin) }
            if let end { $0.time(seconds: end) }
            if !serials.isEmpty {
                $0.sequence { list in
                    for serial in serials {
                        list.sequence {
                            $0.primitive(.integer, serial)
                            $0.time(seconds: begin)
                            $0.serializeRawBytes(behindEntry)
                        }
                    }
                }
            }
            $0.explicit(0) { $0.sequence { extensions(to: &$0) } }
        }
        return writer.serializedBytes
    }

    private func extensions(to writer: inout DER.Serializer) {
        if let keyID {
            writer.certificateExtension(ObjectID.authorityKeyIdentifier) {
                $0.sequence { $0.primitive(.context(0), keyID) }
            }
        }
        if let number {
            writer.certificateExtension(ObjectID.listNumber) {
                if number.count == 8 { $0.integer(number) } else { $0.primitive(.integer, number) }
            }
        }
        writer.serializeRawBytes(more)
    }
}
