package import CryptoExtras
import Crypto
import Foundation
import XML

/// Signs documents as an identity provider does, or as a test would have it.
package struct XMLSigner: Sendable {
    private let key: _RSA.Signing.PrivateKey

    package init(_ key: _RSA.Signing.PrivateKey) { self.key = key }

    /// Takes an RSA key, PEM.
    package init(pem: String) throws { key = try _RSA.Signing.PrivateKey(pemRepresentation: pem) }

    /// How a signature is made, with what a test has otherwise.
    package struct Signing {
        package var algorithm: String
        package var digest: String
        package var canonicalisation: String
        package var transforms: [String]
        package var uri: String?
        package var keyInfo: String
        package var edit: (String) -> String
        package var key: _RSA.Signing.PrivateKey?

        package init(
            algorithm: String = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest: String = "http://www.w3.org/2001/04/xmlenc#sha256",
            canonicalisation: String = "http://www.w3.org/2001/10/xml-exc-c14n#",
            transforms: [String] = [
                "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
                "http://www.w3.org/2001/10/xml-exc-c14n#",
            ],
            uri: String? = nil, keyInfo: String = "", edit: @escaping (String) -> String = { $0 },
            key: _RSA.Signing.PrivateKey? = nil
        ) {
            self.algorithm = algorithm
            self.digest = digest
            self.canonicalisation = canonicalisation
            self.transforms = transforms
            self.uri = uri
            self.keyInfo = keyInfo
            self.edit = edit
            self.key = key
        }
    }

    /// Puts a signature where `{SIG}` stands.
    package func sign(_ text: String, _ signing: Signing = Signing()) throws -> String {
        let element = try XMLReader.read(Array(text.replacing("{SIG}", with: "").utf8))
        let id = element.attribute("ID") ?? ""
        let digest = Data(SHA256.hash(data: ExclusiveCanonicalForm.bytes(of: element)))
        let transforms = signing.transforms.map { #"<ds:Transform Algorithm="\#($0)"/>"# }.joined()
        let info = signing.edit(
            #"<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:CanonicalizationMethod Algorithm="\#(signing.canonicalisation)"/><ds:SignatureMethod Algorithm="\#(signing.algorithm)"/><ds:Reference URI="\#(signing.uri ?? "#" + id)"><ds:Transforms>\#(transforms)</ds:Transforms><ds:DigestMethod Algorithm="\#(signing.digest)"/><ds:DigestValue>\#(digest.base64EncodedString())</ds:DigestValue></ds:Reference></ds:SignedInfo>"#
        )
        let form = ExclusiveCanonicalForm.bytes(of: try XMLReader.read(Array(info.utf8)))
        let value = try base64(signing.key ?? key, over: form)
        return text.replacing(
            "{SIG}",
            with:
                #"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\#(info)<ds:SignatureValue>\#(value)</ds:SignatureValue>\#(signing.keyInfo)</ds:Signature>"#
        )
    }

    /// The query that carries a document, signed over its text (SAML Bindings section 3.4.4.1).
    package func query(
        _ name: String, _ document: String, relayState: String? = nil,
        algorithm: String = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    ) throws -> String {
        var query = Self.bare(name, document, relayState: relayState)
        query += "&SigAlg=" + Self.escaped(algorithm)
        return query + "&Signature=" + Self.escaped(try base64(key, over: Array(query.utf8)))
    }

    /// The same without a signature.
    package static func bare(
        _ name: String, _ document: String, relayState: String? = nil
    ) -> String {
        let bytes = Array(document.utf8)
        let count = UInt16(truncatingIfNeeded: bytes.count)
        let head: [UInt8] = [1] + [count, ~count].flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let packed = Data(head + bytes).base64EncodedString()
        return "\(name)=\(escaped(packed))"
            + (relayState.map { "&RelayState=\(escaped($0))" } ?? "")
    }

    package static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    private func base64(_ key: _RSA.Signing.PrivateKey, over bytes: [UInt8]) throws -> String {
        try key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
            .rawRepresentation.base64EncodedString()
    }
}
