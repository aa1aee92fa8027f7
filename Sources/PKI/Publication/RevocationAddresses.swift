import SwiftASN1
import X509

/// Where others ask about certificates of ours, as these say it themselves.
struct RevocationAddresses: Sendable {
    /// Without a slash at its end.
    let base: String

    /// RFC 5280 sections 4.2.1.13 and 4.2.2.1.
    func extensions(issuerKeyID: [UInt8]) throws -> [Certificate.Extension] {
        var points = DER.Serializer()
        points.sequence {
            $0.sequence {
                $0.explicit(0) {
                    $0.explicit(0) {
                        $0.primitive(.context(6), "\(base)/crl/\(hexText(issuerKeyID)).crl".utf8)
                    }
                }
            }
        }
        let bytes = points.serializedBytes
        let access = AuthorityInformationAccess([
            AuthorityInformationAccess.AccessDescription(
                method: .ocspServer, location: .uniformResourceIdentifier("\(base)/ocsp"))
        ])
        return [
            .init(oid: Self.distributionPoints, critical: false, value: bytes[...]),
            try Certificate.Extension(access, critical: false),
        ]
    }

    private static let distributionPoints: ASN1ObjectIdentifier = [2, 5, 29, 31]
}
