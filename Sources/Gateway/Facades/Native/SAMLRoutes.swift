internal import Auth
internal import NIOCore
internal import SAML
internal import Wire

/// The rows of signing on at SAML providers under `/api/maxine/auth/saml`.
enum SAMLRoutes {
    static let all: [Route] = [
        Route(
            .get, ["auth", "saml", .provider], query: ["next"], isSignOn: true,
            decode: { input throws(Problem) in
                BeginSAMLLogin(
                    provider: input.text(of: .provider),
                    target: LocalTarget(input.query.value(of: "next")),
                    cookies: input.loginCookies, isOfABrowser: input.takesCookies)
            }, encode: begun),
        Route(
            .post, ["auth", "saml", .provider, "acs"], takesBody: true,
            sample: RouteSample(body: "SAMLResponse=eA%3D%3D&RelayState=x"), isSignOn: true,
            decode: { input throws(Problem) in
                guard let form = try? Query(input.body ?? ByteBuffer()),
                    let response = form.value(of: "SAMLResponse"), !response.isEmpty
                else { throw .malformed("the body is no form with one SAMLResponse") }
                return FinishSAMLLogin(
                    provider: input.text(of: .provider), response: Array(response.utf8),
                    relayState: form.value(of: "RelayState"), cookies: input.loginCookies,
                    isOfABrowser: input.takesCookies)
            }, encode: finished),
        Route(
            .get, ["auth", "saml", .provider, "slo"],
            query: ["SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature"],
            isSignOn: true,
            decode: { input throws(Problem) in
                SAMLLogout(
                    provider: input.text(of: .provider), source: .query(input.rawQuery),
                    cookies: input.loginCookies, isOfABrowser: input.takesCookies)
            }, encode: loggedOut),
        Route(
            .post, ["auth", "saml", .provider, "slo"], takesBody: true,
            sample: RouteSample(body: "SAMLRequest=eA%3D%3D"), isSignOn: true,
            decode: { input throws(Problem) in
                SAMLLogout(
                    provider: input.text(of: .provider), source: try form(input),
                    cookies: input.loginCookies, isOfABrowser: input.takesCookies)
            }, encode: loggedOut),
        Route(
            .get, ["auth", "saml", .provider, "metadata"],
            decode: { input throws(Problem) in
                ReadSAMLMetadata(provider: input.text(of: .provider))
            }, encode: metadata),
    ]

    /// A form of one request or one answer.
    private static func form(_ input: RouteInput) throws(Problem) -> SAMLLogout.Source {
        guard let form = try? Query(input.body ?? ByteBuffer()) else {
            throw .malformed("the body is no form")
        }
        let found = [MessageKind.request, .response].compactMap { kind in
            (kind == .request ? form.value(of: "SAMLRequest") : form.value(of: "SAMLResponse")).map
            { (kind, $0) }
        }
        guard found.count == 1, let (kind, text) = found.first else {
            throw .malformed("the form holds not one SAMLRequest or SAMLResponse")
        }
        return .form(kind, Array(text.utf8), relayState: form.value(of: "RelayState"))
    }

    private static func loggedOut(_ asked: SAMLLogout, _ made: Redirection) -> Answer {
        var answer = Answer(status: 303, body: [])
        answer.further.location = made.address
        answer.further.setCookies = made.cookies
        answer.caching = .never
        return answer
    }

    private static func begun(_ asked: BeginSAMLLogin, _ made: Redirection) -> Answer {
        var answer = Answer(status: 303, body: [])
        answer.further.location = made.address
        answer.further.setCookies = made.cookies
        return answer
    }

    private static func finished(
        _ asked: FinishSAMLLogin, _ made: FinishSAMLLogin.Success
    ) -> Answer {
        var answer = Answer(status: 303, body: [])
        answer.further.location = made.target.path
        answer.further.setCookies = [SessionCookie.field(of: made.minted)] + made.cleared
        return answer
    }

    private static func metadata(
        _ asked: ReadSAMLMetadata, _ made: ReadSAMLMetadata.Success
    ) -> Answer {
        var answer = Answer(status: 200, body: Array(made.document.utf8))
        answer.contentType = "application/samlmetadata+xml"
        return answer
    }
}
