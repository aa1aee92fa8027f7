import Audit
import Gateway
import StrictJSON
import Support
import Testing

/// Roles given to users one by one: at once, for good, and never a way up.
@Suite(.timeLimit(.minutes(10))) struct RoleAssignmentTests {
    private static let path = "/api/maxine/user/roles"
    let house: AccessFixture

    init() throws {
        house = try AccessFixture()
    }

    private static func body(_ user: String, _ roles: String) -> String {
        #"{"user":"\#(user)","roles":[\#(roles)]}"#
    }

    private static func give(
        _ gateway: InProcessGateway, _ user: String, _ roles: String, as token: String? = nil
    ) async throws -> CurlAnswer {
        let body = body(user, roles)
        guard let token else { return try await gateway.curl("PUT", path, body: body) }
        return try await gateway.bear(token, "PUT", path, body: body)
    }

    @Test func aRoleHoldsFromTheNextRequestOnAlsoOnOpenConnections() async throws {
        try await house.gateway().serving { gateway in
            let bob = house.token(gateway, "bob", groups: "[]")
            let pipe = try await Shell.aside {
                try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
            }
            func ask() async throws -> String {
                try await Shell.aside {
                    pipe.send(
                        "GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer \(bob)\r\n\r\n"
                    )
                    return String(pipe.answer().prefix(12))
                }
            }
            #expect(try await ask() == "HTTP/1.1 403")
            let given = try await Self.give(gateway, "idp/bob", #""viewer","viewer""#)
            #expect(given.status == 200, "\(given.body)")
            #expect(given.body == #"{"user":"idp/bob","roles":["viewer"]}"#)
            #expect(try await ask() == "HTTP/1.1 200")
            let who = try await gateway.bear(bob, "GET", AccessFixture.whoAmI)
            #expect(who.body.contains(#""roles":[{"role":"viewer","from":"assigned"}]"#))
            for other in ["Bob", "bob2"] {
                let status = try await gateway.bear(
                    house.token(gateway, other, groups: "[]")
                ).status
                #expect(status == 403, "\(other)")
            }
            let elsewhere = house.token(gateway, "bob", from: "ci", groups: "[]")
            #expect(try await gateway.bear(elsewhere).status == 403)
            #expect(try await Self.give(gateway, "idp/bob", "").status == 200)
            #expect(try await ask() == "HTTP/1.1 403")
            pipe.close()
        }
    }

    @Test func nobodyGivesWhatIsNotTheirs() async throws {
        try await house.gateway().serving { gateway in
            let clerk = house.token(gateway, "clerk")
            // The clerk's actions hold all of viewer's, and groups make the clerk one.
            #expect(try await Self.give(gateway, "idp/bob", #""viewer""#, as: clerk).status == 200)
            for role in ["admin", "auditor", "operator", "warden", "keeper", "service"] {
                let refused = try await Self.give(gateway, "idp/bob", "\"\(role)\"", as: clerk)
                #expect(refused.status == 403, "\(role): \(refused.body)")
                #expect(refused.body.contains("not yours to give"))
            }
            let unknown = try await Self.give(gateway, "idp/bob", #""no-such""#)
            #expect(unknown.status == 422)
            // Whoever is a clerk without being a viewer gives no viewers away: rules may speak of viewers.
            let other = house.token(gateway, "clerk", groups: "[]")
            #expect(
                try await Self.give(gateway, "idp/carol", #""viewer""#, as: other).status == 403)
            #expect(try await Self.give(gateway, "idp/bob", "", as: other).status == 403)
            for own in ["idp/clerk", "IDP/Clerk", "idp/clerk "] {
                let refused = try await Self.give(gateway, own, #""viewer""#, as: clerk)
                #expect(refused.status == 403, "\(own): \(refused.body)")
            }
            let root = house.token(gateway, "root")
            #expect(try await Self.give(gateway, "idp/root", #""auditor""#, as: root).status == 200)
            let alice = house.token(gateway, "alice")
            #expect(try await Self.give(gateway, "idp/bob", "", as: alice).status == 403)
            let list = try await gateway.curl("GET", Self.path)
            #expect(
                list.body
                    == #"{"users":[{"user":"idp/bob","roles":["viewer"]},{"user":"idp/root","roles":["auditor"]}]}"#
            )
        }
    }

    /// What begins in the log is done by the next start where its end is missing, so what may not be done must not begin.
    @Test func whatIsRefusedBeginsNothingThatAStartCouldDo() async throws {
        try await house.gateway().serving { gateway in
            let clerk = house.token(gateway, "clerk")
            for (user, role) in [
                ("idp/bob", "admin"), ("idp/clerk", "viewer"), ("idp/bob", "no-such"),
            ] {
                let refused = try await Self.give(gateway, user, "\"\(role)\"", as: clerk)
                #expect([403, 422].contains(refused.status), "\(refused.body)")
            }
            let own = "spiffe://maxine.local/operator/operator"
            let warden = house.token(gateway, "warden")
            #expect(try await gateway.lock("spiffe", own).status == 409)
            for target in [#"{"spiffe":"\#(own)"}"#, #"{"user":"idp/warden"}"#] {
                let refused = try await gateway.bear(
                    warden, "POST", AccessFixture.locks,
                    body: #"{"target":\#(target),"reason":"x"}"#)
                #expect([403, 409].contains(refused.status), "\(refused.body)")
            }
            let kinds = try gateway.journal().filter {
                ["role.assign", "lock.write"].contains($0["action"]?.string)
            }.map { $0["type"]?.string }
            #expect(kinds == Array(repeating: "decision", count: 6))
        }
    }

    @Test func aLockedRoleCantBeGivenByItsHolder() async throws {
        try await house.gateway().serving { gateway in
            let clerk = house.token(gateway, "clerk")
            let made = try await gateway.lock("role", "viewer")
            let refused = try await Self.give(gateway, "idp/bob", #""viewer""#, as: clerk)
            #expect(made.status == 201 && refused.status == 403)
        }
    }

    @Test func givenRolesHoldOverRestartsAndCrashes() async throws {
        let gateway = try house.gateway()
        try await gateway.serving { gateway in
            for (user, roles, status) in [
                ("idp/bob", #""viewer""#, 200), ("idp/carol", #""viewer""#, 200),
                ("idp/carol", "", 200), ("idp/dora", #""nothing""#, 422),
            ] {
                let answer = try await Self.give(gateway, user, roles)
                #expect(answer.status == status, "\(user)")
            }
        }
        let log = try JournalFiles(of: gateway.folder).records().joined()
        #expect(!log.contains("bob") && !log.contains("carol"))
        try await gateway.serving { gateway in
            let list = try await gateway.curl("GET", Self.path)
            #expect(list.body == #"{"users":[{"user":"idp/bob","roles":["viewer"]}]}"#)
            let one = try await gateway.curl("GET", Self.path + "?user=idp/carol")
            #expect(one.body == #"{"user":"idp/carol","roles":[]}"#)
            let bob = house.token(gateway, "bob", groups: "[]")
            #expect(try await gateway.bear(bob).status == 200)
            #expect(try await gateway.curl("GET", Self.path + "?user=bob").status == 422)
            #expect(try await gateway.curl("GET", Self.path + "?user=a/b&limit=1").status == 400)
        }
    }

    @Test func theRolesOfThePolicyAreShownWithWhomItBinds() async throws {
        try await house.gateway().serving { gateway in
            let made = try await gateway.lock("role", "warden")
            let answer = try await gateway.curl("GET", "/api/maxine/roles")
            #expect(answer.json?["policy"]?["name"]?.string == "access")
            guard case .array(let roles)? = answer.json?["roles"] else {
                Issue.record("\(answer.body)")
                return
            }
            let names = roles.compactMap { $0["name"]?.string }
            #expect(
                names == [
                    "admin", "auditor", "clerk", "keeper", "operator", "service", "viewer",
                    "warden",
                ])
            let warden = roles.last
            #expect(warden?["actions"] == .array([.string("lock.read"), .string("lock.write")]))
            #expect(warden?["lock"]?.string == made.id)
            #expect(
                answer.body.contains(
                    #""binding":4,"subject":"user: idp/warden","at":"policy.yaml:12""#))
            let page = try await gateway.curl("GET", "/api/maxine/roles?limit=7")
            let next = page.json?["next"]?.string ?? "no next"
            let last = try await gateway.curl("GET", "/api/maxine/roles?limit=7&next=\(next)")
            #expect(last.body.contains(#""name":"warden""#) && !last.body.contains("viewer"))
            let refused = try await gateway.bear(
                house.token(gateway, "alice"), "GET", "/api/maxine/roles")
            #expect(refused.status == 403)
        }
    }

    @Test func bodiesAreReadStrictly() async throws {
        try await house.gateway().serving { gateway in
            for (body, status) in [
                ("{", 400), (#"{"roles":[]}"#, 400), (#"{"user":"idp/a"}"#, 400),
                (#"{"user":"alice","roles":[]}"#, 422), (#"{"user":"/a","roles":[]}"#, 422),
                (#"{"user":"idp/","roles":[]}"#, 422), (#"{"user":"idp/a","roles":[1]}"#, 400),
                (#"{"user":"idp/a","roles":[""]}"#, 422), (#"{"user":"idp/a","roles":"x"}"#, 400),
                (#"{"user":"idp/a","roles":[],"x":1}"#, 400),
                (
                    Self.body("idp/a", Array(repeating: "\"r\"", count: 33).joined(separator: ",")),
                    422
                ),
            ] {
                let answer = try await gateway.curl("PUT", Self.path, body: body)
                #expect(answer.status == status, "\(body.prefix(60)): \(answer.body)")
            }
        }
    }
}
