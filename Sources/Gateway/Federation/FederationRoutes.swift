internal import Foundation
internal import NIOCore
internal import PKI
internal import Policy
internal import Wire

/// What other trust domains and outside software fetch: public, on the federation listener only.
enum FederationRoutes {
    static func rows(_ pages: FederationPages?) -> [Route] {
        [
            page(.get, .root("bundle"), pages, .bundle),
            page(.get, .root(".well-known", "openid-configuration"), pages, .openIDConfiguration),
            page(.get, .root("keys"), pages, .openIDKeys),
            Route(
                .get, .root("crl", .capture("issuer")), .federationRead, on: .federation,
                isPublic: true
            ) { input throws(Problem) in
                .slow(FederationPage(pages: pages, kind: .revocationList(input.segment(1))))
            },
            Route(
                .get, .root("ocsp", .capture("request")), .federationRead, on: .federation,
                isPublic: true
            ) { input throws(Problem) in
                .slow(FederationPage(pages: pages, kind: .status(base64(input.segment(1)))))
            },
            Route(
                .post, .root("ocsp"), .federationRead, takesBody: true,
                bodyBytesMax: PKILimits.statusRequestBytesMax, on: .federation, isPublic: true
            ) { input throws(Problem) in
                let body = input.body.map { Array($0.readableBytesView) } ?? []
                return .slow(FederationPage(pages: pages, kind: .status(body)))
            },
        ]
    }

    private static func page(
        _ method: Wire.Method, _ pattern: PathPattern, _ pages: FederationPages?,
        _ kind: FederationPage.Kind
    ) -> Route {
        Route(method, pattern, .federationRead, on: .federation, isPublic: true) {
            input throws(Problem) in
            .slow(FederationPage(pages: pages, kind: kind, reader: reader(input)))
        }
    }

    /// RFC 6960 appendix A.1: base64 in the path, its slashes escaped.
    private static func base64(_ text: String) -> [UInt8] {
        Data(base64Encoded: text).map { Array($0) } ?? []
    }

    /// Pollers are told apart by what they say they are; it decides nothing but how long a root waits.
    private static func reader(_ input: RouteInput) -> String? {
        input.request.withHeader(.userAgent) { sent in
            String(decoding: sent.prefix(ExchangeLimits.agentBytesMax), as: UTF8.self)
        }
    }
}
