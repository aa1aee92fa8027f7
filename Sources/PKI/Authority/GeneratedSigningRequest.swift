internal import Crypto
public import Policy
internal import SwiftASN1
internal import X509

/// A new P-256 key and the request that proves its possession: what a workload sends to get an SVID.
///
/// RFC 2986; the SPIFFE ID stands as the one URI in the requested subjectAltName.
public struct GeneratedSigningRequest: Sendable {
    /// The private key, PKCS#8 PEM; it never leaves the machine that made it.
    public let privateKeyPEM: String
    /// The request in PEM.
    public let csrPEM: String

    /// Makes a key and a request for one SPIFFE ID.
    ///
    /// - Parameter id: The identity to ask for.
    /// - Throws: `PKIError.signingFailed`.
    public init(for id: SPIFFEID) throws(PKIError) {
        let key = P256.Signing.PrivateKey()
        do {
            let names = SubjectAlternativeNames([.uniformResourceIdentifier(id.description)])
            let extensions = try Certificate.Extensions { names }
            let request = try CertificateSigningRequest(
                version: .v1, subject: DistinguishedName(), privateKey: .init(key),
                attributes: .init([.init(ExtensionRequest(extensions: extensions))]),
                signatureAlgorithm: .ecdsaWithSHA256)
            csrPEM = try request.serializeAsPEM().pemString + "\n"
        } catch {
            throw .signingFailed("the signing request can't be made: \(error)")
        }
        privateKeyPEM = key.pemRepresentation + "\n"
    }
}
