internal import Foundation
internal import SwiftASN1
internal import X509

/// A certificate that somebody publishes as a container of a key: nothing of it counts but that.
package enum PublishedCertificate {
    /// The SubjectPublicKeyInfo of a certificate, both DER; nil where it is none, or its key is of a kind that is not known.
    package static func subjectPublicKeyInfo(of certificate: [UInt8]) -> [UInt8]? {
        (try? Certificate(derEncoded: certificate)).map {
            Array($0.publicKey.subjectPublicKeyInfoBytes)
        }
    }

    /// When a certificate ends, seconds since the Unix epoch; nil where it is none.
    package static func endSeconds(of certificate: [UInt8]) -> Int64? {
        (try? Certificate(derEncoded: certificate)).map {
            Int64($0.notValidAfter.timeIntervalSince1970)
        }
    }

    /// The certificate of a PEM text, DER; nil where it is none.
    package static func der(fromPEM text: String) -> [UInt8]? {
        guard let document = try? PEMDocument(pemString: text),
            document.discriminator == "CERTIFICATE"
        else { return nil }
        return document.derBytes
    }
}
