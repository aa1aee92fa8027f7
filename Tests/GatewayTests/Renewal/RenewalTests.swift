import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Whoever has a good certificate gets the next one of the same identity, and no other.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct RenewalTests {
    @Test func aServiceRenewsItsOwnIdentityOverTheOneThatIsGood() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            let old = try await gateway.serial(of: "web/svid.pem").lowercased()
            let answer = try await gateway.renew("web", as: "web", to: "next")
            #expect(answer.status == 200, "\(answer.body)")
            let new = try await gateway.serial(of: "next/svid.pem").lowercased()
            #expect(old != new)
            for identity in ["web", "next"] {
                let used = try await gateway.curl(
                    "GET", "/api/maxine/auth/whoami", as: identity)
                #expect(used.body.contains(InProcessGateway.spiffeID("web")), "\(used.body)")
            }
            let records = try gateway.journal().filter {
                $0["action"]?.string == "identity.renew"
            }
            #expect(records.map { $0["type"]?.string } == ["intent", "outcome"])
            #expect(records.first?["detail"]?["renews"]?.string == old, "\(records)")
            #expect(records.last?["detail"]?["serial"]?.string == new)
            #expect(records.last?["detail"]?["certificate"]?.string?.count == 64)
            #expect(records.last?["status"]?.integer == 200)
        }
    }

    @Test func nobodyRenewsWhatTheyDoNotShow() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            try await gateway.issue("api")
            let others = try await gateway.renew("api", as: "web", to: "next")
            #expect(others.status == 403, "\(others.body)")
            #expect(others.body.contains("gate intention"), "\(others.body)")
            // Whoever may renew all by policy shows none of them all the same.
            let operators = try await gateway.renew("api", as: nil, to: "next")
            #expect(operators.status == 422, "\(operators.body)")
            #expect(
                operators.body.contains("an identity is renewed by whoever has it"),
                "\(operators.body)")
            let elsewhere = try await gateway.renew(
                "maxine", as: "web", to: "next")
            #expect(elsewhere.status == 403, "\(elsewhere.body)")
            #expect(try gateway.left.names("next").sorted() == ["svid.key"])
        }
    }

    /// A token's or key's power is not the certificate's.
    @Test func anotherCredentialOnTheConnectionRenewsNothing() async throws {
        let policy =
            TestPolicy.intentions("keys")
            .replacing(
                "bindings:\n",
                with: "bindings:\n  - { role: admin, subjects: [{ api_key_scope: all }] }\n")
        try await InProcessGateway(policy: policy).serving { gateway in
            try await gateway.issue("web")
            let key = try await gateway.makeKey(#""scopes":["all"]"#)
            let answer = try await gateway.renew(
                "web", as: "web", to: "next", headers: ["X-API-Key: \(key.text)"])
            #expect(answer.status == 422, "\(answer.body)")
            #expect(answer.body.contains("without another credential"), "\(answer.body)")
        }
    }

    @Test func itLastsAsLongAsTheOneBeforeAndNeverLongerThanAllowed() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web", ttl: 600)
            #expect(try await life(gateway, "web", nil) == 600)
            #expect(try await life(gateway, "web", 60) == 60)
            #expect(try await life(gateway, "web", 3600) == 3600)
            let longer = try await gateway.renew("web", as: "web", to: "next", ttl: 3601)
            #expect(longer.status == 422, "\(longer.body)")
            #expect(longer.body.contains("more than the 3600 s"), "\(longer.body)")
            try await gateway.issue("api", ttl: 7200)
            #expect(try await life(gateway, "api", nil) == 7200)
            #expect(try await life(gateway, "api", 7200) == 7200)
        }
    }

    /// How many seconds a renewed identity is given.
    private func life(
        _ gateway: InProcessGateway, _ service: String, _ ttl: Int?
    ) async throws -> Int {
        let answer = try await gateway.renew(service, as: service, to: "next", ttl: ttl)
        #expect(answer.status == 200, "\(answer.body)")
        let end = try StrictJSON.parse(Array(answer.body.utf8))["expiresAt"]?.string
        let date = end.flatMap { try? Date($0, strategy: .iso8601) } ?? .distantPast
        return Int(date.timeIntervalSince(gateway.clock.date).rounded())
    }

    private static let allAdminister = """
        maxine_policy: 1
        name: all
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
        acl:
          - { id: all, effect: allow, subjects: [role:admin], actions: ["*"], resources: { services: ["*"] } }
        """

    @Test func itIsSignedByTheAuthorityThatSignsNowAndOutlivesTheLastOne() async throws {
        try await InProcessGateway(policy: Self.allAdminister).serving { gateway in
            try await gateway.issue("web")
            let first = try await gateway.keyID(of: "data/pki/intermediate.pem")
            for step in ["rotate", "taint", "revoke"] {
                let body = step == "rotate" ? nil : #"{"authority":"\#(first)"}"#
                let taken = try await gateway.curl(
                    "POST", "/api/maxine/ca/\(step)", body: body,
                    as: step == "rotate" ? "web" : "rotate")
                #expect(taken.status == 200, "\(taken.body)")
                let holder = step == "revoke" ? "taint" : "web"
                if step == "revoke" {
                    #expect(try await gateway.answer(to: .issued("web")).isEmpty)
                }
                let answer = try await gateway.renew("web", as: holder, to: step)
                #expect(answer.status == 200, "\(step): \(answer.body)")
                let outcome = try gateway.journal().last {
                    $0["action"]?.string == "identity.renew" && $0["type"]?.string == "outcome"
                }
                let authority = outcome?["detail"]?["authority"]?.string
                #expect(authority != nil && authority != first)
            }
        }
    }

    @Test func whatHasEndedOrIsRevokedRenewsNothing() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web", ttl: 600)
            try await gateway.issue("api")
            let revoked = try await gateway.revoke(
                #""spiffeId":"\#(InProcessGateway.spiffeID("api"))""#)
            #expect(revoked.status == 200, "\(revoked.body)")
            let refused = try? await gateway.renew("api", as: "api", to: "next")
            #expect(refused == nil)
            gateway.clock.advance(by: .seconds(600))
            let last = try await gateway.renew("web", as: "web", to: "next")
            #expect(last.status == 401, "no grace at the end: \(last.body)")
            gateway.clock.advance(by: .seconds(1))
            let late = try? await gateway.renew("web", as: "web", to: "next")
            #expect(late == nil)
            #expect(try gateway.records("identity.renew").allSatisfy { !$0.contains("intent") })
        }
    }

    /// Its record is on disk before it leaves.
    @Test func whatWasRenewedRightBeforeACrashIsGood() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            let answer = try await gateway.renew("web", as: "web", to: "next")
            #expect(answer.status == 200)
            let crashed = try gateway.asAfterACrash()
            try FileManager.default.copyItem(
                at: gateway.folder.appending(path: "next"),
                to: crashed.folder.appending(path: "next"))
            try await crashed.serving { next in
                let again = try await next.renew("web", as: "next", to: "further")
                #expect(again.status == 200, "\(again.body)")
            }
        }
    }
}
