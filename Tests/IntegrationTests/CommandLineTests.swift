import Foundation
import Support
import Testing

/// The exit codes that scripts rely on.
@Suite(.serialized) struct CommandLineTests {
    @Test func endsWithTheCodeOfWhatHappened() throws {
        let gateway = try GatewayProcess(policy: TestPolicy.intentions("codes"))
        try gateway.start()
        try gateway.issue("batch")
        let done = try gateway.maxine(
            "register", "api", "--id", "a", "--address", "10.0.0.7", "--port", "80")
        #expect(done.status == 0, "\(done.error)")
        let status = try gateway.maxine("status", "--json")
        #expect(status.status == 0)
        #expect(status.output.contains("\"trustDomain\":\"maxine.local\""))
        let failed = try gateway.maxine("discover", "nothing")
        #expect(failed.status == 1)
        #expect(failed.error.hasPrefix("maxine: not found: "), "\(failed.error)")
        let usage = try gateway.maxine("discover")
        #expect(usage.status == 2)
        #expect(try gateway.maxine("no-such-command").status == 2)
        let refused = try gateway.maxine(as: "batch", "discover", "api")
        #expect(refused.status == 3)
        #expect(refused.error.contains("gate intention, no rule allows it"), "\(refused.error)")
        let missing = try gateway.maxine("status", "--cert", "nothing.pem")
        #expect(missing.status == 4)
        #expect(missing.error.contains("no usable credentials"), "\(missing.error)")
        let stranger = try OpenSSLAuthority(strangerIn: gateway.folder).issue("foreign")
        let foreign = try gateway.maxine(
            "status", "--cert", stranger.certificate, "--key", stranger.key)
        #expect(foreign.status == 4, "\(foreign.error)")
        #expect(gateway.stop() == 0)
        let gone = try gateway.maxine("status")
        #expect(gone.status == 5)
        #expect(gone.error.contains("cannot reach https://127.0.0.1:"), "\(gone.error)")
        #expect(try gateway.verify("nowhere").status == 1)
    }

    @Test func checksPolicyFiles() throws {
        let gateway = try GatewayProcess(policy: TestPolicy.intentions("good"))
        let good = try gateway.maxine("policy", "check", "policy.yaml")
        #expect(good.status == 0, "\(good.output)\(good.error)")
        #expect(good.output.contains("1 policies loaded, 0 tests passed, 0 failed"))
        let bad = """
            maxine_policy: 1
            name: bad
            roles: { r: { actions: [service.fly] } }
            acl:
              - { id: a, effect: perhaps }
            """
        try Data(bad.utf8).write(to: gateway.folder.appending(path: "bad.yaml"))
        let result = try gateway.maxine("policy", "check", "bad.yaml")
        #expect(result.status == 1)
        #expect(result.output.contains(#/bad\.yaml:3:\d+: .*service\.fly/#), "\(result.output)")
        #expect(result.output.contains(#/bad\.yaml:5:\d+: .*perhaps/#), "\(result.output)")
        let failing =
            TestPolicy.intentions("failing")
            + "tests:\n  - { name: web finds api, as: { service: web }, do: { action: service.discover, service: api }, expect: allow }\n"
        try Data(failing.utf8).write(to: gateway.folder.appending(path: "failing.yaml"))
        let tested = try gateway.maxine("policy", "check", "failing.yaml")
        #expect(tested.status == 1)
        #expect(tested.output.contains("0 tests passed, 1 failed"), "\(tested.output)")
        #expect(tested.output.contains("web finds api"), "\(tested.output)")
        #expect(try gateway.maxine("policy", "check").status == 0)
    }

    @Test(arguments: [
        ("listn: {}", #"maxine.yaml:2:1: unknown key "listn""#),
        ("audit: { segment_bytes: 1KiB }", "maxine.yaml:2:10: audit.segment_bytes must be a size"),
        ("log: { level: loud }", "maxine.yaml:2:8: log.level must be"),
        ("auth: { ldap: [x] }", "auth"), ("data: \"\"", "maxine.yaml:2:1: data must be a path"),
        ("limits: { drain: 11m }", "maxine.yaml:2:11: limits.drain must be a duration"),
        ("trust_domain: Upper.Case", "maxine.yaml:2:1: trust_domain must be"),
    ])
    func refusesAConfigurationWithItsPlace(line: String, message: String) throws {
        let gateway = try GatewayProcess(configuration: line + "\n")
        let result = try gateway.maxine("serve", "--config", "maxine.yaml", timeoutSeconds: 10)
        #expect(result.status == 2, "\(result.output)\(result.error)")
        #expect(result.error.contains(message), "\(result.error)")
    }
}
