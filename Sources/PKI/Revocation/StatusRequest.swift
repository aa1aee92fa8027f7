internal import SwiftASN1

/// An OCSP request (RFC 6960 section 4.1): which certificates a client asks about.
struct StatusRequest {
    /// One certificate, by hashes of its issuer's name and key and its serial number.
    struct CertificateID {
        let hash: ASN1ObjectIdentifier
        let issuerNameHash: [UInt8]
        let issuerKeyHash: [UInt8]
        let serial: [UInt8]
        /// As it was sent, for the answer.
        let encoded: [UInt8]
    }

    let certificates: [CertificateID]
    /// As it was sent, for the answer (RFC 8954).
    let nonce: [UInt8]?

    static let nonceID: ASN1ObjectIdentifier = [1, 3, 6, 1, 5, 5, 7, 48, 1, 2]

    init(_ bytes: [UInt8]) throws(PKIError) {
        guard bytes.count <= PKILimits.statusRequestBytesMax else {
            throw .invalidRequest("more than \(PKILimits.statusRequestBytesMax) bytes")
        }
        do {
            let outer = try DER.parse(bytes).children(count: 1...2, "request")
            let fields = try outer[0].children(count: 1...4, "request body")
            var list: ASN1Node?
            var nonce: [UInt8]?
            for field in fields {
                switch field.identifier {
                case .sequence: list = field
                case .context(2): nonce = try Self.nonce(field)
                case .context(0), .context(1): continue
                default: throw DERFlaw.malformed("an unknown field")
                }
            }
            guard let list else { throw DERFlaw.malformed("no list of certificates") }
            self.nonce = nonce
            certificates = try list.children(
                count: 1...PKILimits.statusCertificatesMax, "list of certificates"
            ).map(Self.certificate)
        } catch let flaw as DERFlaw {
            throw .invalidRequest(flaw.detail)
        } catch {
            throw .invalidRequest("not an OCSP request in DER")
        }
    }

    private static func certificate(_ node: ASN1Node) throws -> CertificateID {
        let fields = try node.children(count: 1...2, "request")
        let parts = try fields[0].children(count: 4...4, "certificate ID")
        let algorithm = try parts[0].children(count: 1...2, "hash algorithm")
        return CertificateID(
            hash: try ASN1ObjectIdentifier(derEncoded: algorithm[0]),
            issuerNameHash: Array(try parts[1].primitive("issuer name hash")),
            issuerKeyHash: Array(try parts[2].primitive("issuer key hash")),
            serial: Array(try parts[3].primitive("serial number").drop { $0 == 0 }),
            encoded: Array(fields[0].encodedBytes))
    }

    private static func nonce(_ field: ASN1Node) throws -> [UInt8]? {
        let list = try field.children(count: 1...1, "extensions")[0]
        for item in try list.children(count: 1...PKILimits.extensionsMax, "extensions") {
            let parts = try item.children(count: 2...3, "extension")
            guard try ASN1ObjectIdentifier(derEncoded: parts[0]) == nonceID,
                let value = parts.last
            else { continue }
            let octets = Array(try value.primitive("nonce"))
            guard octets.count <= PKILimits.statusNonceBytesMax else {
                throw DERFlaw.malformed("a nonce that is too long")
            }
            return octets
        }
        return nil
    }
}
