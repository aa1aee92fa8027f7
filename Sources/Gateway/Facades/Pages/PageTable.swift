internal import Auth
internal import NIOCore
internal import Wire

/// The pages of the people listener.
enum PageTable {
    static let all = RouteTable(
        prefix: [], unknownQuery: .refused, problems: PageAnswers.problems,
        routes: [
            Route(
                .get, [], query: ["next"],
                decode: { input throws(Problem) in
                    ShowSignOn(next: input.query.value(of: "next").map { LocalTarget($0) })
                }, encode: PageAnswers.signOn),
            Route(
                .get, ["me"], decode: { _ throws(Problem) in ShowAccount() },
                encode: PageAnswers.account),
            Route(
                .post, ["sign-on"], takesBody: true,
                sample: RouteSample(body: "user=alice&password=x"), isForm: true,
                decode: { input throws(Problem) in try OpenSession(form: input) },
                encode: PageAnswers.signedOn),
            Route(
                .post, ["sign-off"], takesBody: true, isForm: true,
                decode: { _ throws(Problem) in CloseSession(everywhere: false) },
                encode: PageAnswers.signedOff),
        ] + DevicePages.routes)
}

extension OpenSession {
    /// A form of `user`, `password` and perhaps `provider`.
    init(form input: RouteInput) throws(Problem) {
        guard let form = try? Query(input.body ?? ByteBuffer()),
            let user = form.value(of: "user"), let password = form.value(of: "password")
        else { throw .malformed("the form has no user or no password") }
        self.init(isCookie: true)
        target = form.value(of: "next").map { LocalTarget($0) }
        attempt = PasswordAttempt(
            provider: form.value(of: "provider"), user: user,
            password: RawToken(Array(password.utf8)))
    }
}
