import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// The policy file changes while the gateway runs.
@Suite struct PolicyReloadTests {
    @Test func putsAChangedFileIntoForceAndRecordsIt() async throws {
        try await serving { gateway in
            let refused = try await discover(gateway)
            #expect(refused.status == 403)
            #expect(refused.body.contains("gate intention, no rule allows it"), "\(refused.body)")
            let old = try gateway.record(of: refused)["policy"]?.string
            try await gateway.reload(
                policy: TestPolicy.intentions("second", TestPolicy.webToAPI))
            let answer = try await discover(gateway)
            #expect(answer.status == 200)
            let allowed = try gateway.record(of: answer)
            #expect(allowed["rule"]?.string == "web-to-api")
            #expect(allowed["gate"]?.string == "intention")
            #expect(allowed["policy"]?.string != old)
            let change = try activations(gateway).last
            #expect(change?["type"]?.string == "system")
            #expect(change?["detail"]?["was"]?.string == old)
            #expect(change?["detail"]?["new"]?.string == allowed["policy"]?.string)
            let both = TestPolicy.webToAPI + "\n" + TestPolicy.notNow
            try await gateway.reload(policy: TestPolicy.intentions("third", both))
            let last = try await discover(gateway)
            #expect(last.status == 403, "an explicit deny must win")
            let denied = try gateway.record(of: last)
            #expect(denied["rule"]?.string == "not-now")
            #expect(denied["reason"]?.string?.contains("deny") == true, "\(denied)")
        }
    }

    @Test func keepsTheLastGoodPolicyWhenTheFileIsBroken() async throws {
        try await serving { gateway in
            try await gateway.reload(
                policy: TestPolicy.intentions("second", TestPolicy.webToAPI))
            #expect(try await discover(gateway).status == 200)
            try await gateway.reload(policy: "maxine_policy: 1\nname: broken\nintentionz: []\n")
            let record = try gateway.journal().last { $0["action"]?.string == "policy.refuse" }
            #expect(
                record?["reason"]?.string?.contains("policy.yaml:3:1: ") == true,
                "\(record as Any)")
            #expect(gateway.logText().contains("policy.yaml:3:1: "), "\(gateway.logText())")
            #expect(try await discover(gateway).status == 200)
            let metrics = try await gateway.page("/metrics").body
            #expect(metrics.contains("\nmaxine_policy_reloads_refused_total 1\n"), "\(metrics)")
            try await gateway.reload(policy: TestPolicy.intentions("mended"))
            #expect(try await discover(gateway).status == 403)
        }
    }

    @Test func readsTheFilesOnlyWhenOneChangedOrWhenAsked() async throws {
        try await serving { gateway in
            try await gateway.tick(.policy)
            #expect(!gateway.logText().contains("policy loaded"), "\(gateway.logText())")
            gateway.requestPolicyReload()
            try await gateway.tick(.policy)
            #expect(gateway.logText().contains("policy loaded"), "\(gateway.logText())")
            #expect(try activations(gateway).count == 1, "the same policy is not put into force")
            #expect(try await discover(gateway).status == 403)
        }
    }

    @Test func saysHowManyRulesLeaveANamespaceOut() async throws {
        let rule =
            #"{ id: a, effect: allow, from: [{ service: web }], to: [{ service: api, namespace: x }], permit: [discover] }"#
        let policy: @Sendable (String) -> String = {
            "maxine_policy: 1\nname: n\nintentions: [\($0)]\n"
        }
        let gateway = try InProcessGateway(policy: policy(rule))
        try await gateway.serving { gateway in
            #expect(
                gateway.logText().contains("rules of the policy that leave a namespace out: 1;"))
            let both = rule + ", " + rule.replacing("id: a", with: "id: b")
            try await gateway.reload(policy: policy(both))
            #expect(
                gateway.logText().contains("rules of the policy that leave a namespace out: 2;"))
        }
    }

    @Test func doesNotStartOnABrokenPolicy() async throws {
        let gateway = try InProcessGateway(policy: "maxine_policy: 1\nname: x\nacl: [{ id: 5 }]\n")
        do {
            try await gateway.serving { _ in Issue.record("it started") }
        } catch {
            #expect("\(error)".contains(#/policy\.yaml:3:\d+: /#), "\(error)")
        }
    }

    private func serving(_ body: @escaping @Sendable (InProcessGateway) async throws -> Void)
        async throws
    {
        let gateway = try InProcessGateway(policy: TestPolicy.intentions("first"))
        try await gateway.serving { gateway in
            try await gateway.issue("web")
            #expect(try await gateway.register("api", "api-1").status == 201)
            try await body(gateway)
        }
    }

    private func discover(_ gateway: InProcessGateway) async throws -> CurlAnswer {
        try await gateway.curl("GET", "/api/maxine/discover/api", as: "web")
    }

    private func activations(_ gateway: InProcessGateway) throws -> [JSONValue] {
        try gateway.journal().filter { $0["action"]?.string == "policy.activate" }
    }
}
