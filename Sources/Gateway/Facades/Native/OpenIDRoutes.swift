internal import Auth
internal import NIOCore
internal import Wire

/// The rows of signing on at OpenID providers under `/api/maxine/auth/oidc`.
enum OpenIDRoutes {
    static let all: [Route] = [
        Route(
            .get, ["auth", "oidc", .provider], query: ["next"], isSignOn: true,
            decode: { input throws(Problem) in
                BeginOpenIDLogin(
                    provider: input.text(of: .provider),
                    target: LocalTarget(input.query.value(of: "next")),
                    cookies: input.loginCookies, isOfABrowser: input.takesCookies)
            }, encode: begun),
        Route(
            .get, ["auth", "oidc", .provider, "callback"],
            query: ["code", "state", "iss", "error"], isSignOn: true,
            decode: { input throws(Problem) in
                FinishOpenIDLogin(
                    provider: input.text(of: .provider),
                    answer: CallbackAnswer(
                        code: input.query.value(of: "code"), state: input.query.value(of: "state"),
                        issuer: input.query.value(of: "iss"),
                        error: input.query.value(of: "error")),
                    cookies: input.loginCookies, isOfABrowser: input.takesCookies)
            }, encode: finished),
        Route(
            .post, ["auth", "oidc", .provider, "backchannel-logout"], takesBody: true,
            sample: RouteSample(body: "logout_token=e30.e30.e30"),
            problems: ExchangeAnswers.problems,
            decode: { input throws(Problem) in
                EndByProvider(
                    provider: input.text(of: .provider), token: try logoutToken(input.body))
            }, encode: ended),
    ]

    /// A form of one known member; what else stands there is passed over (OpenID Connect Back-Channel Logout 1.0 section 2.5).
    private static func logoutToken(_ body: ByteBuffer?) throws(Problem) -> RawToken {
        guard let form = try? Query(body ?? ByteBuffer()),
            let token = form.value(of: "logout_token"), !token.isEmpty
        else { throw .malformed("the body is no form with one logout_token") }
        return RawToken(Array(token.utf8))
    }

    private static func begun(_ asked: BeginOpenIDLogin, _ made: Redirection) -> Answer {
        var answer = Answer(status: 303, body: [])
        answer.further.location = made.address
        answer.further.setCookies = made.cookies
        return answer
    }

    private static func finished(
        _ asked: FinishOpenIDLogin, _ made: FinishOpenIDLogin.Success
    ) -> Answer {
        var answer = Answer(status: 303, body: [])
        answer.further.location = made.target.path
        answer.further.setCookies = [SessionCookie.field(of: made.minted)] + made.cleared
        return answer
    }

    /// Section 2.8: 200, and no cache keeps it.
    private static func ended(_ asked: EndByProvider, _ done: Void) -> Answer {
        var answer = Answer(status: 200, body: [])
        answer.caching = .never
        return answer
    }
}
