@testable import Policy

/// Groups and conditions for random policies, and what requests say about them.
extension RandomPolicies {
    /// A Friday, 2026-10-23T21:30:00Z; the week after it holds the end of European summer time.
    static let start: Int64 = 1_792_791_000

    mutating func groups() -> [NaivePolicy.Group] {
        [
            .init(name: "payments", services: ["api*", "db"], namespaces: ["prod*"]),
            .init(
                name: "all", services: ["group:payments", "web"],
                namespaces: ["default", "group:payments"], cidr: ["group:office", "192.0.2.7"]),
            .init(name: "office", cidr: some(of: blocks, 1...2)),
        ]
    }

    mutating func addConditions(to rule: inout NaivePolicy.Rule) {
        if chance(4) { rule.sourceIP = some(of: blocks + ["group:office", "group:all"], 1...2) }
        if chance(8) { rule.time = time() }
        if chance(8) {
            rule.strength =
                (chance(2) ? ">=" : "<") + one(of: ["secret", "certificate", "mfa", "hardware"])
        }
        if chance(10) { rule.methods = some(of: ["mtls", "session", "api_key", "oidc"], 1...3) }
        if chance(10) { rule.certificateAge = one(of: ["<24h", ">=24h", "<90m", ">=1h"]) }
        if chance(8) { rule.from = Self.start + Int64(one(of: [0, 100_000, 300_000])) }
        if chance(8) { rule.until = Self.start + Int64(one(of: [350_000, 500_000, 900_000])) }
        if chance(6) {
            rule.shadowUntil = Self.start + Int64(one(of: [200_000, 1_000_000, 1_000_000]))
        }
    }

    private mutating func time() -> (days: String?, between: String?, zone: String) {
        let days = chance(3) ? nil : one(of: ["mon-fri", "sat", "fri-mon", "sun-sun"])
        let hours = ["07:00-19:00", "22:00-06:00", "00:00-24:00", "02:30-03:30", "23:59-00:01"]
        let between = days == nil || chance(2) ? one(of: hours) : nil
        let zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]
        return (days, between, one(of: zones))
    }

    mutating func calls() -> [NaivePolicy.Call] {
        (0...Int.random(in: 0...1, using: &numbers)).map { _ in
            var call = NaivePolicy.Call()
            if chance(2) { call.methods = some(of: ["GET", "POST"], 1...2) }
            if call.methods == nil || chance(2) {
                call.path = one(of: ["/v1/**", "/v1/*", "/v1/orders", "/**", "/v*/orders", "/"])
            }
            if chance(3) {
                call.headers = [
                    (one(of: ["x-team", "X-Env"]), some(of: ["pay*", "prod", "*"], 1...2))
                ]
            }
            return call
        }
    }

    mutating func http() -> HTTPFacts? {
        if chance(4) { return nil }
        let paths = [
            "/", "/v1", "/v1/", "/v1/orders", "/v1/orders/7", "/v2/orders", "/v1//orders",
            "/v1/../v2", "/v1/%2forders", "/v1/%61", "/v1;x/orders",
        ]
        var facts = HTTPFacts(method: one(of: ["GET", "POST", "get"]), path: one(of: paths))
        if chance(4) { return facts }
        facts.headers = (0..<Int.random(in: 0...2, using: &numbers)).map { _ in
            HTTPField(
                name: one(of: ["x-team", "X-Team", "x-env"]),
                value: one(of: ["payments", "prod", "prod, test", ""]))
        }
        return facts
    }

    mutating func context() -> Context {
        let addresses = ["10.1.2.3", "10.200.0.1", "192.0.2.7", "203.0.113.9"]
        let second = Self.start + Int64.random(in: 0..<604_800, using: &numbers)
        var context = Context(nowNanoseconds: second * 1_000_000_000)
        if !chance(4) { context.sourceIP = IPAddress(parsing: one(of: addresses)) }
        if !chance(4) { context.authenticationStrength = one(of: AuthenticationStrength.allCases) }
        if chance(8) { context.authenticationMethod = .oidc }
        if !chance(4) {
            context.certificateAgeNanoseconds =
                Int64(one(of: [60, 3_600, 5_400, 86_399, 86_400, 900_000])) * 1_000_000_000
        }
        context.http = http()
        return context
    }

    mutating func chance(_ oneIn: Int) -> Bool {
        Int.random(in: 0..<oneIn, using: &numbers) == 0
    }

    mutating func one<Value>(of values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &numbers)]
    }

    mutating func some<Value>(of values: [Value], _ count: ClosedRange<Int>) -> [Value] {
        let count = Int.random(in: count, using: &numbers)
        return (0..<count).map { _ in one(of: values) }
    }
}
