import SwiftASN1
import X509

/// The request for an intermediate that a root signs elsewhere (RFC 2986): what it asks for is what our own intermediates have.
struct AuthorityRequest {
    let trustDomain: String
    let key: any AuthorityKey

    /// The request in PEM; the same key gives an equally good one each time.
    func pem() throws(PKIError) -> String {
        do {
            let publicKey = key.subjectPublicKeyInfo
            let names = SubjectAlternativeNames([
                .uniformResourceIdentifier("spiffe://\(trustDomain)")
            ])
            let extensions = try Certificate.Extensions([
                .init(BasicConstraints.isCertificateAuthority(maxPathLength: 0), critical: true),
                .init(KeyUsage(keyCertSign: true, cRLSign: true), critical: true),
                .init(
                    SubjectKeyIdentifier(
                        keyIdentifier: CertificateTemplate.keyIdentifier(publicKey)[...]),
                    critical: false),
                .init(names, critical: false),
            ])
            let request = try CertificateSigningRequest(
                version: .v1, subject: CertificateTemplate.name("\(trustDomain) intermediate"),
                privateKey: key.forCertificates(),
                attributes: .init([.init(ExtensionRequest(extensions: extensions))]),
                signatureAlgorithm: .ecdsaWithSHA256)
            return try request.serializeAsPEM().pemString + "\n"
        } catch let error as PKIError {
            throw error
        } catch {
            throw .signingFailed("the signing request can't be made")
        }
    }
}
