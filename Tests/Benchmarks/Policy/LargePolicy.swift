import Policy

/// A policy of 10,000 rules about 1,000 services, three in ten rules conditional, with prefixes that overlap deeply.
struct LargePolicy {
    static let ruleCount = 10_000
    static let serviceCount = 1_000
    /// A name whose every prefix from the third byte on is a pattern of the policy.
    static let deepNames = (0..<20).map { "core-payments-ledger-writer-\(10 + $0)" }

    /// Names of services: 40 teams of 25.
    static let services = (0..<serviceCount).map { number in
        number < deepNames.count
            ? deepNames[number] : "team-\(number % 40)-app-\(number / 40)-backend"
    }

    static var text: String {
        var text = "maxine_policy: 1\nname: large\n" + bindings + "acl:\n"
        for number in 0..<4_000 { text += acl(number) }
        text += "intentions:\n"
        for number in 4_000..<ruleCount { text += intention(number) }
        return text
    }

    private static let bindings = """
        bindings:
          - { role: service, subjects: [{ spiffe: "spiffe://maxine.local/ns/*/dc/*/svc/*" }] }
          - { role: operator, subjects: [{ ldap_group: ops }] }
          - { role: viewer, subjects: [{ saml_group: staff }, { user: alice }] }

        """

    /// Every kind of condition in turn for three rules in ten.
    private static func condition(_ number: Int) -> String {
        guard number % 10 < 3 else { return "" }
        switch number / 10 % 5 {
        case 0: return ", when: { source_ip: [10.0.0.0/8, 192.168.0.0/16] }"
        case 1:
            return
                ", when: { time: { days: mon-fri, between: \"07:00-19:00\", zone: Europe/Berlin } }"
        case 2: return ", when: { auth_strength: \">=certificate\" }"
        case 3: return ", when: { cert_age: \"<24h\", source_ip: [10.0.0.0/8] }"
        default: return ", valid: { until: 2030-01-01T00:00:00Z }"
        }
    }

    /// Exact names, team prefixes, and every prefix of a deep name.
    private static func pattern(_ number: Int) -> String {
        switch number % 4 {
        case 0: return "team-\(number % 40)-*"
        case 1:
            let name = deepNames[number / 4 % deepNames.count]
            return name.prefix(3 + number / 80 % (name.count - 3)) + "*"
        default: return services[number * 7 % serviceCount]
        }
    }

    private static func acl(_ number: Int) -> String {
        let isDeny = number % 20 == 0
        let subjects = [
            "role:operator", "role:viewer", "user:u\(number % 200)", "group:g\(number % 50)",
        ]
        let subject = isDeny ? "user:u\(number % 200)" : subjects[number % 4]
        return
            "  - { id: a\(number), effect: \(isDeny ? "deny" : "allow"), subjects: [\"\(subject)\"], "
            + "actions: [service.read, service.register, service.discover], "
            + "resources: { services: [\"\(pattern(number))\"] }\(condition(number)) }\n"
    }

    private static func intention(_ number: Int) -> String {
        let isDeny = number % 25 == 0
        let source =
            number % 3 == 0 ? "team-\(number % 40)-*" : services[number * 13 % serviceCount]
        let from = number % 11 == 0 ? "*" : source
        let isRare = isDeny && from == "*"
        return
            "  - { id: i\(number), effect: \(isDeny ? "deny" : "allow"), from: [{ service: \"\(isRare ? "legacy-*" : from)\" }], "
            + "to: [{ service: \"\(pattern(number))\" }], permit: [discover, read]\(condition(number)) }\n"
    }
}
