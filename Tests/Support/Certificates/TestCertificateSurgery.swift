import Crypto
package import SwiftASN1
package import X509

/// Takes a certificate apart, changes raw DER, and signs it again: for what no builder would make.
package enum TestCertificateSurgery {
    /// Rewrites the fields of the certificate body and signs the result with a P-256 key.
    package static func rewrite(
        _ der: [UInt8], signedBy key: Certificate.PrivateKey,
        outerAlgorithm: [UInt8]? = nil, fields change: (inout [[UInt8]]) -> Void
    ) throws -> [UInt8] {
        let outer = children(try DER.parse(der))
        var fields = children(outer[0]).map { Array($0.encodedBytes) }
        change(&fields)
        let body = encode(tag: 0x30, fields.flatMap { $0 })
        let signature = try P256.Signing.PrivateKey(derRepresentation: keyDER(key))
            .signature(for: SHA256.hash(data: body)).derRepresentation
        let algorithm = outerAlgorithm ?? Array(outer[1].encodedBytes)
        return encode(tag: 0x30, body + algorithm + encode(tag: 0x03, [0] + Array(signature)))
    }

    /// One DER node with a definite length.
    package static func encode(tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        var length: [UInt8] = []
        if content.count < 128 {
            length = [UInt8(content.count)]
        } else if content.count < 256 {
            length = [0x81, UInt8(content.count)]
        } else {
            length = [0x82, UInt8(content.count >> 8), UInt8(content.count & 255)]
        }
        return [tag] + length + content
    }

    /// The child nodes of a constructed node.
    package static func children(_ node: ASN1Node) -> [ASN1Node] {
        guard case .constructed(let nodes) = node.content else { return [] }
        return Array(nodes)
    }

    private static func keyDER(_ key: Certificate.PrivateKey) throws -> [UInt8] {
        try key.serializeAsPEM().derBytes
    }
}
