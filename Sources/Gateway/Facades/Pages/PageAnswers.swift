internal import Auth
internal import Policy
internal import Text

/// What operations come to, as pages.
enum PageAnswers {
    static let templates =
        [signOnTemplate, accountTemplate, elsewhereTemplate, problemTemplate]
        + DevicePages.templates

    static func signOn(_ asked: ShowSignOn, _ found: ShowSignOn.Success) -> Answer {
        let next = asked.next?.path ?? "/me"
        if found.isSignedOn { return elsewhere(next) }
        let names = found.directories.map { ["name": $0] }
        let elsewhere = found.elsewhere.map { provider in
            ["name": provider.name, "path": start(of: provider.name, provider.kind, next: next)]
        }
        return Page.answer(
            signOnTemplate,
            [
                "hasDirectories": !names.isEmpty, "isOne": names.count == 1,
                "isSeveral": names.count > 1, "directories": names, "elsewhere": elsewhere,
                "hasElsewhere": !elsewhere.isEmpty, "next": next,
                "isNone": names.isEmpty && elsewhere.isEmpty,
            ], title: "Sign on", status: 200)
    }

    /// Where a browser signs on that is to go on elsewhere: at a provider, or where all are listed.
    static func signOn(at provider: String?, _ kind: ProviderKind?, next: String) -> Answer {
        elsewhere(start(of: provider ?? "", kind ?? .ldap, next: next))
    }

    /// Where a browser begins to sign on at a provider.
    static func start(of provider: String, _ kind: ProviderKind, next: String) -> String {
        kind == .ldap
            ? "/?" + FormText.encode([(name: "next", value: next)])
            : "/api/maxine/auth/\(kind.rawValue)/\(provider)?"
                + FormText.encode([(name: "next", value: next)])
    }

    static func account(_ asked: ShowAccount, _ found: ShowAccount.Success) -> Answer {
        // Several bindings may give one role.
        var seen: Set<[String]> = []
        let roles = found.roles.map { [$0.role, $0.lock.map { "locked by \($0)" } ?? ""] }
            .filter { seen.insert($0).inserted }.map { ["name": $0[0], "locked": $0[1]] }
        let sessions = found.sessions.map { shown in
            [
                "id": shown.session.id, "method": shown.session.proof.method.rawValue,
                "began": CivilTime.rfc3339(nanoseconds: shown.session.createdNanoseconds),
                "ends": CivilTime.rfc3339(nanoseconds: shown.idleEndsNanoseconds),
                "current": shown.session.id == found.current ? "this one" : "",
            ]
        }
        return Page.answer(
            accountTemplate,
            [
                "id": found.principal.id, "kind": found.principal.kind.rawValue,
                "groups": found.principal.membership?.groups ?? [],
                "hasGroups": found.principal.membership?.groups.isEmpty == false,
                "roles": roles, "hasRoles": !roles.isEmpty, "sessions": sessions,
            ], title: "Signed on as \(found.principal.id)", status: 200)
    }

    static func signedOn(_ asked: OpenSession, _ made: MintedSession) -> Answer {
        var answer = elsewhere(asked.target?.path ?? "/me")
        answer.further.setCookies = [SessionCookie.field(of: made)]
        return answer
    }

    static func signedOff(_ asked: CloseSession, _ done: CloseSession.Success) -> Answer {
        var answer = done.next.map(signingOff) ?? elsewhere("/")
        answer.further.setCookies = [SessionCookie.cleared] + done.cookies
        return answer
    }

    /// The way to the provider, as a page of its own: browsers take a form to where its page allows, also by a redirect.
    private static func signingOff(at place: String) -> Answer {
        Page.answer(
            elsewhereTemplate, ["place": place], title: "Signed off here", status: 200,
            next: place)
    }

    static func elsewhere(_ path: String) -> Answer {
        var answer = Answer(status: 303, body: [])
        answer.further.location = path
        return answer
    }

    /// Why somebody was refused, and the record that says more to whoever may read it.
    static let problems = ProblemEncoder { problem, sequence in
        var answer = Page.answer(
            problemTemplate,
            [
                "detail": problem.detail, "record": sequence.map { "\($0)" } ?? "",
                "hasRecord": sequence != nil, "signsOn": problem.status == 401,
                "back": problem.further.target.map { start(of: "", .ldap, next: $0.path) } ?? "/",
            ], title: problem.title.prefix(1).uppercased() + problem.title.dropFirst(),
            status: problem.status)
        let page = answer.further
        answer.further = problem.further
        answer.further.isPage = page.isPage
        // What is no session any more would keep its browser from the page on which to sign on.
        if problem.code == Problem.notAuthenticated("").code {
            answer.further.setCookies.append(SessionCookie.cleared)
        }
        return answer
    }

    private static let signOnTemplate = PageTemplate(
        """
        {{#hasDirectories}}
        <form method="post" action="/sign-on">
        {{#isSeveral}}
        <label for="provider">Directory</label>
        <select id="provider" name="provider">
        {{#directories}}<option value="{{name}}">{{name}}</option>{{/directories}}
        </select>
        {{/isSeveral}}
        <input type="hidden" name="next" value="{{next}}">
        {{#isOne}}{{#directories}}<input type="hidden" name="provider" value="{{name}}">{{/directories}}{{/isOne}}
        <label for="user">Name</label>
        <input id="user" name="user" autocomplete="username" required autofocus>
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required>
        <button type="submit">Sign on</button>
        </form>
        {{/hasDirectories}}
        {{#hasElsewhere}}
        <h2>{{#hasDirectories}}Or sign{{/hasDirectories}}{{^hasDirectories}}Sign{{/hasDirectories}} on at</h2>
        {{#elsewhere}}<a class="button" href="{{path}}">{{name}}</a>{{/elsewhere}}
        {{/hasElsewhere}}
        {{#isNone}}<p>No provider of people is configured here. An operator sets one up under <code>auth</code> in the configuration.</p>{{/isNone}}
        """)

    private static let elsewhereTemplate = PageTemplate(
        """
        <p>You are signed off here, and next at the provider.</p>
        <a class="button" href="{{place}}">Go on</a>
        """)

    private static let accountTemplate = PageTemplate(
        """
        <h2>Roles</h2>
        {{#hasRoles}}<ul>{{#roles}}<li>{{name}} {{locked}}</li>{{/roles}}</ul>{{/hasRoles}}
        {{^hasRoles}}<p>The policy gives you no role. Whoever keeps it can bind one to your groups.</p>{{/hasRoles}}
        {{#hasGroups}}<h2>Groups</h2><ul>{{#groups}}<li>{{.}}</li>{{/groups}}</ul>{{/hasGroups}}
        <h2>Sessions</h2>
        <table>
        <thead><tr><th scope="col">session</th><th scope="col">by</th><th scope="col">began</th><th scope="col">ends unless used</th><th scope="col"></th></tr></thead>
        <tbody>
        {{#sessions}}<tr><td class="word">{{id}}</td><td class="word">{{method}}</td><td class="word">{{began}}</td><td class="word">{{ends}}</td><td>{{current}}</td></tr>{{/sessions}}
        </tbody>
        </table>
        <form method="post" action="/sign-off"><button type="submit">Sign off</button></form>
        """)

    private static let problemTemplate = PageTemplate(
        """
        <p>{{detail}}</p>
        {{#hasRecord}}<p>Whoever reads the audit log finds why in record <strong>{{record}}</strong>.</p>{{/hasRecord}}
        {{#signsOn}}<a class="button" href="{{back}}">Sign on</a>{{/signsOn}}
        """)
}
