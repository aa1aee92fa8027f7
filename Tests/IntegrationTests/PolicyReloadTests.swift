import Foundation
import StrictJSON
import Testing

/// The policy file changes while the gateway runs.
@Suite(.serialized) struct PolicyReloadTests {
    /// Who may do what, with the intentions given.
    static func policy(_ name: String, intentions: String = "") -> String {
        """
        maxine_policy: 1
        name: \(name)
        bindings:
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
        acl:
          - id: admins
            effect: allow
            subjects: [role:admin]
            actions: [service.*, identity.issue, identity.renew]
            resources: { services: ["*"] }
        intentions:
        \(intentions)
          - { id: spare, effect: allow, from: [{ service: x }], to: [{ service: y }], permit: [discover] }

        """
    }

    static let allow =
        "  - { id: web-to-api, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }"
    static let deny =
        "  - { id: not-now, effect: deny, from: [{ service: web }], to: [{ service: api }] }"

    @Test func putsAChangedFileIntoForceAndRecordsIt() throws {
        let gateway = try started()
        let refused = try discover(gateway)
        #expect(refused.status == 403)
        #expect(refused.body.contains("gate intention, no rule allows it"), "\(refused.body)")
        let old = try gateway.record(of: refused)["policy"]?.string
        try write(Self.policy("second", intentions: Self.allow), gateway)
        #expect(try awaitStatus(gateway, 200, seconds: 3))
        let allowed = try gateway.record(of: try discover(gateway))
        #expect(allowed["rule"]?.string == "web-to-api")
        #expect(allowed["gate"]?.string == "intention")
        let change = try gateway.awaitRecord { record in
            record["action"]?.string == "policy.activate"
                && record["detail"]?["was"]?.string == old
        }
        #expect(change?["type"]?.string == "system")
        #expect(change?["detail"]?["was"]?.string == old)
        #expect(change?["detail"]?["new"]?.string == allowed["policy"]?.string)
        #expect(allowed["policy"]?.string != old)
        try write(Self.policy("third", intentions: Self.allow + "\n" + Self.deny), gateway)
        #expect(try awaitStatus(gateway, 403, seconds: 3), "an explicit deny must win")
        let denied = try gateway.record(of: try discover(gateway))
        #expect(denied["rule"]?.string == "not-now")
        #expect(denied["reason"]?.string?.contains("deny") == true, "\(denied)")
        #expect(gateway.stop() == 0)
    }

    @Test func keepsTheLastGoodPolicyWhenTheFileIsBroken() throws {
        let gateway = try started()
        try write(Self.policy("second", intentions: Self.allow), gateway)
        #expect(try awaitStatus(gateway, 200, seconds: 3))
        try write("maxine_policy: 1\nname: broken\nintentionz: []\n", gateway)
        let record = try gateway.awaitRecord { $0["action"]?.string == "policy.refuse" }
        #expect(
            record?["reason"]?.string?.contains("policy.yaml:3:1: ") == true, "\(record as Any)")
        #expect(gateway.logText().contains("policy.yaml:3:1: "), "\(gateway.logText())")
        #expect(try discover(gateway).status == 200)
        let metrics = try Shell.run(["curl", "-sS", gateway.metricsAddress + "/metrics"]).output
        #expect(metrics.contains("\nmaxine_policy_reloads_refused_total 1\n"), "\(metrics)")
        try write(Self.policy("mended"), gateway)
        #expect(try awaitStatus(gateway, 403, seconds: 3))
        #expect(gateway.stop() == 0)
    }

    @Test func looksAgainOnSIGHUP() throws {
        let gateway = try started()
        try gateway.signal(SIGHUP)
        let deadline = Date().addingTimeInterval(5)
        while Date() < deadline, !gateway.logText().contains("policy loaded") { usleep(50_000) }
        #expect(gateway.logText().contains("SIGHUP"))
        #expect(gateway.logText().contains("policy loaded"), "\(gateway.logText())")
        #expect(try discover(gateway).status == 403)
        #expect(gateway.stop() == 0)
    }

    @Test func doesNotStartOnABrokenPolicy() throws {
        let gateway = try GatewayProcess(policy: "maxine_policy: 1\nname: x\nacl: [{ id: 5 }]\n")
        do {
            try gateway.start()
            Issue.record("it started")
        } catch let refusal as GatewayProcess.NotStarted {
            #expect(refusal.description.contains(#/policy\.yaml:3:\d+: /#), "\(refusal)")
        }
        #expect(gateway.stop() == 1)
    }

    private func started() throws -> GatewayProcess {
        let gateway = try GatewayProcess(policy: Self.policy("first"))
        try gateway.start()
        try gateway.issue("web")
        #expect(try gateway.register("api", "api-1").status == 201)
        return gateway
    }

    private func write(_ policy: String, _ gateway: GatewayProcess) throws {
        try Data(policy.utf8).write(
            to: gateway.folder.appending(path: "policy.yaml"), options: .atomic)
    }

    private func discover(_ gateway: GatewayProcess) throws -> GatewayProcess.Answer {
        try gateway.curl("GET", "/api/maxine/discover/api", as: "web")
    }

    private func awaitStatus(_ gateway: GatewayProcess, _ status: Int, seconds: Double) throws
        -> Bool
    {
        let deadline = Date().addingTimeInterval(seconds)
        repeat {
            if try discover(gateway).status == status { return true }
            usleep(50_000)
        } while Date() < deadline
        return false
    }
}
