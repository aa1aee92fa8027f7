internal import Auth
internal import Foundation
internal import PKI
internal import SAML

/// Our own keys at a provider: one signs, both open what is encrypted, and both are published, so that one can take the other's place.
struct OwnSAMLKeys: Sendable {
    /// What signs; nil where nothing is signed.
    let signing: RequestKey?
    /// What opens what is encrypted for us.
    let decryption: AssertionDecryption?
    /// The certificates, DER, that of the key that signs first.
    let certificates: [[UInt8]]

    /// Reads them.
    ///
    /// - Throws: `SAMLSetup` that names what is wrong, or what the source of a key says.
    init(_ settings: SAMLSettings, environment: [String: String]) throws {
        var pairs: [Pair] = []
        for (source, path, word) in [
            (settings.key, settings.certificatePath, ""),
            (settings.otherKey, settings.otherCertificatePath, "other_"),
        ] {
            guard let source else { continue }
            pairs.append(try Pair(source, path ?? "", word, settings.name, environment))
        }
        signing = pairs.first?.key
        certificates = pairs.map(\.certificate)
        decryption =
            pairs.isEmpty
            ? nil
            : try AssertionDecryption(pemKeys: pairs.map(\.pem), takesCBC: settings.takesCBC)
    }

    /// A key and its certificate.
    private struct Pair {
        let pem: String
        let key: RequestKey
        let certificate: [UInt8]

        init(
            _ source: SecretSource, _ path: String, _ word: String, _ name: String,
            _ environment: [String: String]
        ) throws {
            let (keyName, fileName) = (
                "auth.saml.\(word)key", "auth.saml.\(word)certificate_file"
            )
            pem = String(
                decoding: try source.read(as: keyName, environment: environment), as: UTF8.self)
            guard let key = RequestKey(pemRepresentation: pem) else {
                throw SAMLSetup(
                    description: "\(keyName) of \(name) is no RSA key of 2048 to 8192 bits")
            }
            self.key = key
            certificate = try SAMLSetup.certificate(path, as: fileName, of: name)
            let info = PublishedCertificate.subjectPublicKeyInfo(of: certificate)
            guard info.map(key.isPrivate) == true else {
                throw SAMLSetup(
                    description: "\(fileName) of \(name) is the certificate of another key than"
                        + " \(keyName)")
            }
        }
    }
}

/// What is wrong with a provider's files or our key.
struct SAMLSetup: Error, CustomStringConvertible {
    let description: String

    /// The certificate of a file, DER.
    ///
    /// - Throws: `SAMLSetup` where it holds none.
    static func certificate(_ path: String, as key: String, of name: String) throws -> [UInt8] {
        guard
            let certificate = (try? String(contentsOfFile: path, encoding: .utf8)).flatMap(
                PublishedCertificate.der(fromPEM:))
        else { throw SAMLSetup(description: "\(key) of \(name) is no PEM certificate") }
        return certificate
    }
}
