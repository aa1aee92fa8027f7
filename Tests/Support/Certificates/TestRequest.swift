import Crypto
import Foundation
import SwiftASN1
package import X509

/// Certificate signing requests for tests, good and bad.
package enum TestRequest {
    /// A request for these names, with more extensions and attributes when asked.
    package static func der(
        uris: [String], dnsNames: [String] = [], extra: [Certificate.Extension] = [],
        attributes: [CertificateSigningRequest.Attribute] = [],
        key: Certificate.PrivateKey = .init(P256.Signing.PrivateKey())
    ) throws -> [UInt8] {
        let names =
            uris.map { GeneralName.uniformResourceIdentifier($0) }
            + dnsNames.map { GeneralName.dnsName($0) }
        var extensions = extra
        if !names.isEmpty {
            extensions.append(try .init(SubjectAlternativeNames(names), critical: false))
        }
        var all = attributes
        if !extensions.isEmpty {
            let wanted = ExtensionRequest(extensions: try Certificate.Extensions(extensions))
            all.append(try .init(wanted))
        }
        let algorithm: Certificate.SignatureAlgorithm =
            switch key.publicKey.description.prefix(4) {
            case "P384": .ecdsaWithSHA384
            case "P521": .ecdsaWithSHA512
            case "Ed25": .ed25519
            default: .ecdsaWithSHA256
            }
        let request = try CertificateSigningRequest(
            version: .v1, subject: DistinguishedName { CommonName("ignored") }, privateKey: key,
            attributes: .init(all), signatureAlgorithm: algorithm)
        var serializer = DER.Serializer()
        try serializer.serialize(request)
        return serializer.serializedBytes
    }

    /// A good request for a service of a trust domain.
    package static func der(service: String = "web", trustDomain: String = "maxine.test") throws
        -> [UInt8]
    {
        try der(uris: ["spiffe://\(trustDomain)/ns/default/dc/dc1/svc/\(service)"])
    }

    /// The PEM form.
    package static func pem(_ der: [UInt8], label: String = "CERTIFICATE REQUEST") -> [UInt8] {
        Array((PEMDocument(type: label, derBytes: der).pemString + "\n").utf8)
    }
}
