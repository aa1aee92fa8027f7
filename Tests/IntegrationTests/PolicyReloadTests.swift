import Foundation
import Support
import Testing

/// What the process does about its policy file; GatewayTests has what the gateway does.
@Suite(.serialized) struct PolicyReloadTests {
    @Test func looksAgainOnSIGHUP() throws {
        let gateway = try GatewayProcess(policy: TestPolicy.intentions("first"))
        try gateway.start()
        try gateway.issue("web")
        #expect(try gateway.register("api", "api-1").status == 201)
        try gateway.signal(SIGHUP)
        let deadline = Date().addingTimeInterval(5)
        while Date() < deadline, !gateway.logText().contains("policy loaded") { usleep(50_000) }
        #expect(gateway.logText().contains("SIGHUP"))
        #expect(gateway.logText().contains("policy loaded"), "\(gateway.logText())")
        let answer = try gateway.curl("GET", "/api/maxine/discover/api", as: "web")
        #expect(answer.status == 403)
        #expect(gateway.stop() == 0)
    }

    /// Without a signal: the file is looked at once a second.
    @Test func putsAChangedFileIntoForceByItself() throws {
        let gateway = try GatewayProcess(policy: TestPolicy.intentions("first"))
        try gateway.start()
        try gateway.issue("web")
        #expect(try gateway.register("api", "api-1").status == 201)
        let changed = TestPolicy.intentions("second", TestPolicy.webToAPI)
        try Data(changed.utf8).write(
            to: gateway.folder.appending(path: "policy.yaml"), options: .atomic)
        let deadline = Date().addingTimeInterval(3)
        var status = 0
        repeat {
            status = try gateway.curl("GET", "/api/maxine/discover/api", as: "web").status
        } while status != 200 && Date() < deadline
        #expect(status == 200)
        #expect(gateway.stop() == 0)
    }

    @Test func showsInStatusWhatDoesNotLoad() throws {
        let gateway = try GatewayProcess(policy: TestPolicy.intentions("first"))
        try gateway.start()
        let healthy = try gateway.maxine("status")
        #expect(healthy.output.contains(#/policy files +in force since \d/#), "\(healthy.output)")
        let file = gateway.folder.appending(path: "policy.yaml")
        try Data("maxine_policy: 1\nrolez: []\n".utf8).write(to: file, options: .atomic)
        let deadline = Date().addingTimeInterval(3)
        while Date() < deadline, !gateway.logText().contains("policy not loaded") { usleep(50_000) }
        let broken = try gateway.maxine("status")
        let line = #/policy files +NOT in force since \d.*policy\.yaml:2:1: /#
        #expect(broken.output.contains(line), "\(broken.output)")
        #expect(gateway.stop() == 0)
    }

    @Test func doesNotStartOnABrokenPolicy() throws {
        let gateway = try GatewayProcess(policy: "maxine_policy: 1\nname: x\nacl: [{ id: 5 }]\n")
        do {
            try gateway.start()
            Issue.record("it started")
        } catch let refusal as TestFault {
            #expect(refusal.description.contains(#/policy\.yaml:3:\d+: /#), "\(refusal)")
        }
        #expect(gateway.stop() == 1)
    }
}
