internal import Auth
internal import Foundation
internal import PKI
internal import StrictJSON
internal import Wire

/// The rows of the federation listener: what is public by nature.
enum FederationTable {
    static let all = RouteTable(
        prefix: [], unknownQuery: .refused, problems: Answer.problemDetails,
        routes: [
            Route(
                .get, ["bundle"], decode: { _ throws(Problem) in ReadBundle() }, encode: bundle),
            Route(
                .get, ["keys"], decode: { _ throws(Problem) in ReadTokenKeys() },
                encode: IssuerAnswers.keys),
            Route(
                .get, [".well-known", "openid-configuration"],
                decode: { _ throws(Problem) in ReadIssuer() }, encode: IssuerAnswers.metadata),
        ] + TileRoutes.all)

    /// A SPIFFE bundle: a JWK set (SPIFFE Trust Domain and Bundle section 4, X509-SVID section 6.1, RFC 7517 section 4).
    private static func bundle(_ asked: ReadBundle, _ bundle: FederationBundle) -> Answer {
        var writer = JSONWriter(capacity: 2048)
        writer.raw("{\"keys\":[")
        for (index, authority) in bundle.authorities.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.raw("{\"use\":\"x509-svid\",")
            write(authority.key, &writer)
            writer.raw(",\"x5c\":[")
            writer.string(Data(authority.certificateDER).base64EncodedString())
            writer.raw("]}")
        }
        for key in bundle.keys {
            writer.raw(",")
            key.write(use: "jwt-svid", to: &writer)
        }
        writer.raw("],\"spiffe_sequence\":")
        writer.integer(bundle.sequence)
        writer.raw(",\"spiffe_refresh_hint\":")
        writer.integer(SigningLimits.cacheSeconds)
        writer.raw("}")
        return IssuerAnswers.forAll(writer.bytes)
    }

    private static func write(_ key: BundleAuthority.Key, _ writer: inout JSONWriter) {
        let members: [(StaticString, String)] =
            switch key {
            case .ellipticCurve(let curve, let x, let y):
                [
                    ("\"kty\":", "EC"), (",\"crv\":", curve), (",\"x\":", base64URL(x)),
                    (",\"y\":", base64URL(y)),
                ]
            case .rsa(let modulus, let exponent):
                [
                    ("\"kty\":", "RSA"), (",\"n\":", base64URL(modulus)),
                    (",\"e\":", base64URL(exponent)),
                ]
            case .edwards(let point):
                [("\"kty\":", "OKP"), (",\"crv\":", "Ed25519"), (",\"x\":", base64URL(point))]
            }
        for (name, value) in members {
            writer.raw(name)
            writer.string(value)
        }
    }

    /// RFC 4648 section 5, without padding.
    private static func base64URL(_ bytes: [UInt8]) -> String {
        String(
            Data(bytes).base64EncodedString().compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            })
    }
}
