import Support
import Testing

@testable import Policy

/// Resolving a principal looks at what speaks of it, not at the whole policy.
@Suite struct SubjectIndexTests {
    /// Intentions of as many services, each in a namespace of its own, and as many bindings and ACL entries.
    private func policy(_ count: Int) throws -> CompiledPolicy {
        var text = "bindings:\n"
        for number in 0..<count {
            let id = "spiffe://maxine.local/ns/*/dc/*/svc/s\(number)-*"
            text += "  - { role: service, subjects: [{ spiffe: \"\(id)\" },"
            text += " { user: u\(number) }] }\n"
        }
        text += "acl:\n"
        for number in 0..<count {
            text +=
                "  - { id: a\(number), effect: allow, subjects: [\"user:u\(number)\"],"
                + " actions: [service.read], resources: { services: [\"*\"] } }\n"
        }
        text += "intentions:\n"
        for number in 0..<count {
            text +=
                "  - { id: i\(number), effect: allow, from: [{ service: \"*\","
                + " namespace: n\(number) }], to: [{ service: api }], permit: [discover] }\n"
        }
        return try PolicyFixture.load(text)
    }

    @Test func findsTheSameInALargePolicy() throws {
        let policy = try policy(2_000)
        let web = try PolicyFixture.service("s1999-web", namespace: "n1234")
        #expect(policy.subject(for: web).roles == ["service"])
        #expect(policy.answer(web, .serviceDiscover, "api") == "allow intention i1234")
        let user = PolicyFixture.user("u1998")
        #expect(policy.answer(user, .serviceRead, "api") == "allow acl a1998")
    }

    /// A walk over all rules would take 200 times as long; the bits of the entries are all that grows.
    @Test(.disabled(if: Repetitions.areFew, "it measures"))
    func costsAboutTheSameUnderALargePolicy() throws {
        let web = try PolicyFixture.service("s9-web", namespace: "n9")
        let small = time(try policy(20), web)
        let large = time(try policy(4_000), web)
        #expect(large < small * 40, "\(small) with 20 of each, \(large) with 4,000")
    }

    private func time(_ policy: CompiledPolicy, _ principal: Principal) -> Duration {
        var best = Duration.seconds(1)
        for _ in 0..<20 {
            let start = ContinuousClock.now
            for _ in 0..<50 { _ = policy.subject(for: principal) }
            best = min(best, ContinuousClock.now - start)
        }
        return best
    }
}
