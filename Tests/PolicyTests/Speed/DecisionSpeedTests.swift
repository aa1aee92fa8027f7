import Foundation
import Testing

@testable import Policy

/// Measures decisions; run by hand, in release.
///
/// `MAXINE_BENCH=1 swift test -c release --disable-xctest -Xswiftc -enable-testing
/// --filter DecisionSpeedTests`. It prints the time of a decision at 10,000 rules.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["MAXINE_BENCH"] != nil))
struct DecisionSpeedTests {
    /// 1,000 services; 30 % of the ACL conditional; prefixes that overlap deeply; denies over all services.
    private func policy() throws -> CompiledPolicy {
        var text = PolicyFixture.bindings + "acl:\n"
        for number in 0..<3_000 {
            let when = number % 10 < 3 ? ", when: { source_ip: [10.0.0.0/8] }" : ""
            let effect = number % 50 == 0 ? "deny" : "allow"
            let service =
                number % 4 == 0
                ? "team-\(number % 100)-*" : "team-\(number % 100)-svc-\(number % 10)"
            let subject = effect == "deny" ? "user:nobody-\(number)" : "role:operator"
            text +=
                "  - { id: a\(number), effect: \(effect), subjects: [\"\(subject)\"], actions: [service.*], "
            text += "resources: { services: [\"\(service)\"], namespaces: [default] }\(when) }\n"
        }
        text += "intentions:\n"
        for number in 0..<6_900 {
            let from = "team-\(number % 100)-svc-\(number % 10)"
            let to = "team-\(number / 69)-svc-\((number / 7) % 10)"
            text +=
                "  - { id: i\(number), effect: allow, from: [{ service: \(from) }], to: [{ service: \(to) }], permit: [discover] }\n"
        }
        for number in 0..<100 {
            let prefix = String(
                "team-1-svc-1234567890123456789012345678901234567890".prefix(number / 2 + 1))
            text +=
                "  - { id: p\(number), effect: deny, from: [{ service: \"x\(number)*\", namespace: default }], to: [{ service: \"\(prefix)*\", namespace: default }] }\n"
        }
        return try PolicyFixture.load(text)
    }

    @Test func decisionsAtTenThousandRules() throws {
        let clock = ContinuousClock()
        let start = clock.now
        let policy = try policy()
        print("load of \(policy.ruleCount) rules: \(clock.now - start)")
        #expect(policy.ruleCount == 10_000)
        let web = policy.subject(for: try PolicyFixture.service("team-1-svc-1"))
        let resolving = clock.now
        for _ in 0..<100 { _ = policy.subject(for: web.principal) }
        print("subject: \((clock.now - resolving) / 100)")
        let alice = policy.subject(for: PolicyFixture.user("alice"))
        measure("own name", policy, web, .serviceHeartbeat, "team-1-svc-1")
        measure("intention", policy, web, .serviceDiscover, "team-0-svc-0")
        measure("intention, 11 prefixes", policy, web, .serviceDiscover, "team-1-svc-1")
        measure("acl, conditional", policy, alice, .serviceRead, "team-1-svc-1")
        measure("acl, prefix", policy, alice, .serviceRead, "team-4-other")
        measure("refused", policy, web, .serviceDiscover, "nowhere")
        measure("list all, refused", policy, alice, .serviceRead, nil)
    }

    private func measure(
        _ name: String, _ policy: CompiledPolicy, _ subject: Subject, _ action: Action,
        _ service: String?
    ) {
        let operation = Operation(action: action, resource: Resource(service: service))
        let context = Context(nowNanoseconds: 0, sourceIP: IPAddress(v4: 0x0A01_0203))
        let rounds = 500_000
        var allowed = 0
        var best = Duration.seconds(1_000)
        var allocations: UInt?
        for _ in 0..<5 {
            let before = Self.allocations()
            let start = ContinuousClock.now
            for _ in 0..<rounds {
                switch policy.decide(subject, operation, context) {
                case .allow: allowed += 1
                case .deny: break
                }
            }
            best = min(best, ContinuousClock.now - start)
            if let before, let after = Self.allocations() { allocations = after - before }
        }
        let nanoseconds = Double(best.components.attoseconds) / 1e9 / Double(rounds)
        let count =
            allocations.map { "\($0) allocations in \(rounds)" } ?? "allocations not counted"
        print("\(name): \(Int(nanoseconds)) ns, allowed \(allowed / 5 == rounds), \(count)")
    }

    /// Allocations so far, where a preloaded library counts them as `malloc_count()`.
    private static func allocations() -> UInt? {
        guard let symbol = dlsym(nil, "malloc_count") else { return nil }
        typealias Counter = @convention(c) () -> UInt
        return unsafeBitCast(symbol, to: Counter.self)()
    }
}
