internal import Auth
internal import NIOCore
internal import Policy
internal import Text
internal import Wire

/// The pages on which a person confirms the sign-on of a program (RFC 8628 section 3.3).
enum DevicePages {
    static let templates = [codeTemplate, confirmTemplate, doneTemplate]

    static let routes: [Route] = [
        Route(
            .get, ["device"], query: ["user_code", "provider"],
            decode: { input throws(Problem) in show(input) }, encode: shown),
        Route(
            .post, ["device"], takesBody: true,
            sample: RouteSample(body: "user_code=BCDF-GHJK&request=x&decision=deny"), isForm: true,
            decode: { input throws(Problem) in try decide(input) }, encode: decided),
    ]

    static func show(_ input: RouteInput) -> ShowDevice {
        let code = input.query.value(of: "user_code")
        return ShowDevice(
            userCode: code?.isEmpty == true ? nil : code,
            provider: input.query.value(of: "provider"))
    }

    private static func decide(_ input: RouteInput) throws(Problem) -> DecideDevice {
        guard let form = try? Query(input.body ?? ByteBuffer()),
            let code = form.value(of: "user_code"), let id = form.value(of: "request"),
            let word = form.value(of: "decision"), ["approve", "deny"].contains(word)
        else { throw .malformed("the form has no user_code, request or decision") }
        return DecideDevice(userCode: code, id: id, isApproved: word == "approve")
    }

    /// The page of what was asked of the API.
    static func elsewhere(_ asked: ShowDevice) -> Answer { PageAnswers.elsewhere(path(asked)) }

    private static func path(_ asked: ShowDevice) -> String {
        var query: [(name: String, value: String)] = []
        // What is no code is not carried along.
        if let code = asked.userCode.flatMap(UserCode.init) {
            query.append(("user_code", "\(code)"))
        }
        if let provider = asked.provider { query.append(("provider", provider)) }
        return query.isEmpty ? "/device" : "/device?" + FormText.encode(query)
    }

    private static func shown(_ asked: ShowDevice, _ found: ShowDevice.Success) -> Answer {
        switch found {
        case .signOn(let provider, let kind):
            return PageAnswers.signOn(at: provider, kind, next: path(asked))
        case .empty(let holder):
            return Page.answer(
                codeTemplate, ["holder": holder], title: "Confirm a sign-on", status: 200)
        case .found(let found): return confirm(found, path(asked))
        }
    }

    private static func confirm(_ found: FoundDevice, _ path: String) -> Answer {
        let request = found.request
        let seconds = max(0, found.nowNanoseconds - request.askedNanoseconds) / 1_000_000_000
        let from = request.address.map { "\($0)" } ?? "an unknown address"
        var values: [String: any Sendable] = [
            "code": "\(request.userCode)", "request": request.wish.id, "holder": found.holder,
            "name": Quotation.cut(request.wish.name), "from": from,
            "asked": CivilTime.rfc3339(nanoseconds: request.askedNanoseconds),
            "ago": seconds < 60 ? "\(seconds) s ago" : "\(seconds / 60) min ago",
            "ends": CivilTime.rfc3339(nanoseconds: found.endNanoseconds),
            "isElsewhere": request.address != found.address,
            "here": found.address.map { "\($0)" } ?? "an unknown address",
            "isOfOther": found.otherProvider != nil,
        ]
        if let other = found.otherProvider {
            values["other"] = other.name
            values["otherPath"] = PageAnswers.start(of: other.name, other.kind, next: path)
        }
        return Page.answer(
            confirmTemplate, values, title: "Sign a program on as you?", status: 200)
    }

    private static func decided(_ asked: DecideDevice, _ done: DecideDevice.Success) -> Answer {
        var answer = Page.answer(
            doneTemplate,
            [
                "isApproved": done.isApproved, "next": done.next ?? "",
                "hasNext": done.next != nil, "name": Quotation.cut(done.request.wish.name),
            ], title: done.isApproved ? "Confirmed" : "Refused", status: 200)
        // No redirect: what a form may lead to is bound by the page's own policy.
        answer.further.refresh = done.next
        return answer
    }

    private static let codeTemplate = PageTemplate(
        """
        <p>You are signed on as <strong>{{holder}}</strong>.</p>
        <form method="get" action="/device">
        <label for="user_code">The code that the program shows</label>
        <input id="user_code" name="user_code" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="16" required autofocus>
        <button type="submit">Go on</button>
        </form>
        """)

    private static let confirmTemplate = PageTemplate(
        """
        <p>A program asks for a session of <strong>{{holder}}</strong>. Whoever has it is you here, until {{ends}} at the latest.</p>
        <table>
        <tr><th scope="row">Code</th><td><strong class="code">{{code}}</strong></td></tr>
        <tr><th scope="row">Calls itself</th><td>{{name}}</td></tr>
        <tr><th scope="row">Asks from</th><td>{{from}}</td></tr>
        <tr><th scope="row">Since</th><td>{{asked}} ({{ago}})</td></tr>
        </table>
        {{#isElsewhere}}<p class="warning"><strong>It is not where you are:</strong> it asks from {{from}}, and this browser is at {{here}}.</p>{{/isElsewhere}}
        <p class="warning"><strong>Did somebody send you here?</strong> Then refuse: they want to be you. Confirm only what you began yourself just now, and where you see this very code.</p>
        {{#isOfOther}}
        <p>The program asks for somebody of <strong>{{other}}</strong>, and you are signed on by another provider.</p>
        <a class="button" href="{{otherPath}}">Sign on at {{other}}</a>
        {{/isOfOther}}
        <form method="post" action="/device">
        <input type="hidden" name="user_code" value="{{code}}">
        <input type="hidden" name="request" value="{{request}}">
        {{^isOfOther}}<button type="submit" name="decision" value="approve">Confirm</button>{{/isOfOther}}
        <button class="second" type="submit" name="decision" value="deny">Refuse</button>
        </form>
        """)

    private static let doneTemplate = PageTemplate(
        """
        {{#isApproved}}<p>{{name}} is signed on in a moment. You may close this page, and see the session under <a href="/me">your account</a>.</p>{{/isApproved}}
        {{^isApproved}}<p>{{name}} is not signed on. If you did not begin this, tell whoever keeps this gateway.</p>{{/isApproved}}
        {{#hasNext}}<p>The program waits on this computer. If nothing happens, <a href="{{next}}">tell it</a>.</p>{{/hasNext}}
        """)
}
