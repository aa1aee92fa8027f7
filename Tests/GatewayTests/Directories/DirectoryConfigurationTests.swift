import Gateway
import LDAP
import Testing

@Suite struct DirectoryConfigurationTests {
    private static let least = [
        "name": "corp", "servers": "[\"ldaps://ad.example\"]", "base": "\"dc=example,dc=org\"",
        "bind_dn": "\"cn=gateway,dc=example,dc=org\"", "bind_password": "\"file:./password\"",
    ]

    @Test func theLeastIsEnough() throws {
        let (configuration, warnings) = try load([:])
        let directory = try #require(configuration.directories.first)
        #expect(warnings == [])
        #expect(directory.servers.map(\.description) == ["ldaps://ad.example:636"])
        #expect(directory.plan.people == .search(filter: "(uid={user})"))
        #expect(directory.plan.nameAttribute == "uid")
        #expect(directory.plan.groupBase == "dc=example,dc=org")
        #expect(directory.milliseconds == 2000)
        #expect(directory.refreshSeconds == 300)
    }

    @Test(arguments: [
        ("ldap://a.example", "ldap://a.example:389"), ("ldaps://a:1636", "ldaps://a:1636"),
        ("ldaps://[::1]", "ldaps://[::1]:636"), ("ldaps://10.0.0.1:1/", "ldaps://10.0.0.1:1"),
    ])
    func serversAreAddresses(text: String, read: String) throws {
        let (configuration, _) = try load(["servers": "[\"\(text)\"]"])
        #expect(configuration.directories.first?.servers.map(\.description) == [read])
    }

    @Test(arguments: [
        "[\"http://a\"]", "[\"ldapi:///\"]", "[]", "[\"ldaps://\"]", "[\"ldaps://a:0\"]",
        "[\"ldaps://a:65536\"]", "[\"ldaps://a b\"]", "[\"ldaps://u@a\"]", "[\"ldaps://a/dc=x\"]",
        "[\"ldaps://[a]\"]", "ldaps://a", "[\"ldap+plain://a\"]",
    ])
    func whatIsNoServerIsRefused(servers: String) {
        #expect(faults(["servers": servers]).contains { $0.contains("auth.ldap.servers must be") })
    }

    @Test(arguments: [
        (["name": nil], "needs name"), (["servers": nil], "needs servers"),
        (["base": nil], "needs base"), (["name": "Corp"], "auth.ldap.name must be"),
        (["base": "example"], "auth.ldap.base must be"),
        (["user_filter": "\"(uid=alice)\""], "auth.ldap.user_filter must be"),
        (["user_filter": "\"(uid={user}\""], "auth.ldap.user_filter must be"),
        (["user_attribute": "\"uid=*)(\""], "auth.ldap.user_attribute must be"),
        (["direct_bind": "\"{user}\""], "auth.ldap.direct_bind must be"),
        (["direct_bind": "\"uid=alice,dc=x\""], "auth.ldap.direct_bind must be"),
        (["bind_password": "\"secret\""], "auth.ldap.bind_password must be"),
        (["bind_password": nil], "bind_dn and bind_password go together"),
        (["bind_dn": nil, "bind_password": nil], "needs bind_dn with bind_password"),
        (["client_cert": "./a.pem"], "client_cert and client_key go together"),
        (["user_attribute": "uid", "user_filter": "\"(uid={user})\""], "not both"),
        (["groups": "{ mode: nested }"], "auth.ldap.groups.mode must be memberof, search"),
        (["groups": "{ depth: 0 }"], "auth.ldap.groups.depth must be 1 to 20"),
        (["groups": "{ dept: 1 }"], "unknown key \"auth.ldap.groups.dept\""),
        (["user_atribute": "uid"], "unknown key \"auth.ldap.user_atribute\", did you mean"),
        (["timeout": "0s"], "auth.ldap.timeout must be"), (["refresh": "1s"], "auth.ldap.refresh"),
        (["any_case": "yes please"], "auth.ldap.any_case must be true or false"),
    ])
    func whatIsWrongIsSaid(changes: [String: String?], fault: String) {
        let all = faults(changes)
        #expect(all.contains { $0.contains(fault) }, "\(all)")
        #expect(all.allSatisfy { $0.hasPrefix("maxine.yaml:") })
    }

    @Test(arguments: ["maxine", "ci"])
    func aNameMeansOneProvider(name: String) {
        let members = Self.least.merging(["name": name]) { $1 }
        let text =
            "auth: { jwt: [ { name: ci, issuer: \"https://ci.example\", audiences: [maxine] } ],"
            + " ldap: [ \(Self.text(members)) ] }"
        let errors = #expect(throws: ConfigurationErrors.self) {
            try ConfigurationFile.load(yaml: ("maxine.yaml", text), environment: [:])
        }
        #expect(errors?.faults.count == 1)
        #expect(errors?.faults.first?.hasPrefix("auth.ldap: \(name) names") == true)
    }

    @Test func aPasswordInTheConfigurationIsNotRepeated() {
        #expect(!faults(["bind_password": "\"pa55word\""]).joined().contains("pa55word"))
    }

    @Test func twoDirectoriesOfOneNameAreRefused() {
        let one = Self.text(Self.least)
        let text = "auth: { ldap: [ \(one), \(one) ] }"
        #expect(throws: ConfigurationErrors.self) {
            try ConfigurationFile.load(yaml: ("maxine.yaml", text), environment: [:])
        }
    }

    /// Who can't be asked about without their password is let in for so long as the directory's word holds.
    @Test func withoutAServiceAccountTheEndIsSaid() throws {
        let changes = [
            "bind_dn": nil, "bind_password": nil, "direct_bind": "\"{user}@example.org\"",
        ]
        let (configuration, warnings) = try load(changes)
        #expect(warnings.contains { $0.contains("sessions of its people end after 5m (refresh)") })
        let plan = try #require(configuration.directories.first?.plan)
        #expect(plan.people == .principal(template: "{user}@example.org"))
        #expect(plan.nameAttribute == "sAMAccountName")
        #expect(!plan.canConfirm)
    }

    private func load(
        _ changes: [String: String?]
    ) throws(ConfigurationErrors) -> (configuration: GatewayConfiguration, warnings: [String]) {
        var members = Self.least
        for (key, value) in changes { members[key] = value }
        return try ConfigurationFile.load(
            yaml: ("maxine.yaml", "auth: { ldap: [ \(Self.text(members)) ] }"), environment: [:])
    }

    private func faults(_ changes: [String: String?]) -> [String] {
        do throws(ConfigurationErrors) {
            _ = try load(changes)
            return []
        } catch {
            return error.faults
        }
    }

    private static func text(_ members: [String: String]) -> String {
        "{ " + members.sorted { $0.key < $1.key }.map { "\($0): \($1)" }.joined(separator: ", ")
            + " }"
    }
}
