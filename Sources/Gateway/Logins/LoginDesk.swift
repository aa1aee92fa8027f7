internal import Auth
internal import Text

/// Sign-ons that browsers have under way at providers: sealed into a cookie each, and good once.
final class LoginDesk: Sendable {
    private let seal: LoginSeal
    private let elapsed: @Sendable () -> Int64
    private let spent = SpentNames()

    /// Takes the elapsed clock.
    init(elapsed: @escaping @Sendable () -> Int64) {
        self.elapsed = elapsed
        seal = LoginSeal(elapsedNanoseconds: elapsed())
    }

    /// Begins a sign-on; nil where the library can't seal.
    ///
    /// - Parameters:
    ///   - provider: The provider's name.
    ///   - target: Where the browser goes afterwards.
    ///   - cookies: Those that it has; the oldest of too many, and what is none any more, is taken away, since it would fill its requests.
    ///   - isPosted: Whether the answer comes as a form of another site, along with which a browser sends no other cookies.
    /// - Returns: The sign-on, and the values of `Set-Cookie`.
    func begin(
        at provider: String, to target: LocalTarget, _ cookies: [LoginCookie], isPosted: Bool
    ) -> (ticket: LoginTicket, cookies: [String])? {
        let ticket = LoginTicket(provider: provider, target: target, elapsedNanoseconds: elapsed())
        guard let sealed = seal.seal(ticket, elapsedNanoseconds: elapsed()) else { return nil }
        let cookie = LoginCookie(name: ticket.name.text, value: Array(sealed.utf8))
        return (
            ticket,
            given(up: cookies).map(\.cleared) + [isPosted ? cookie.crossSiteField : cookie.field]
        )
    }

    /// The sign-on of a name, if this browser began it here lately.
    func ticket(_ name: LoginName, in cookies: [LoginCookie]) -> LoginTicket? {
        cookies.first { $0.name.isExactly(name.text) }.flatMap(open)
    }

    /// Uses a sign-on up.
    func spend(_ ticket: LoginTicket) -> SpentNames.Verdict {
        spent.spend(
            ticket.name.text, until: ticket.beganNanoseconds + OpenIDLimits.loginNanoseconds,
            elapsedNanoseconds: elapsed())
    }

    private func given(up cookies: [LoginCookie]) -> [LoginCookie] {
        let now = elapsed()
        var under: [(cookie: LoginCookie, began: Int64)] = []
        var over: [LoginCookie] = []
        for cookie in cookies {
            if let ticket = open(cookie), !ticket.isOver(now) {
                under.append((cookie, ticket.beganNanoseconds))
            } else {
                over.append(cookie)
            }
        }
        let oldestFirst = under.sorted { $0.began < $1.began }
        return over + oldestFirst.dropLast(OpenIDLimits.loginsMax - 1).map(\.cookie)
    }

    private func open(_ cookie: LoginCookie) -> LoginTicket? {
        seal.open(cookie.value, named: cookie.name, elapsedNanoseconds: elapsed())
    }
}
