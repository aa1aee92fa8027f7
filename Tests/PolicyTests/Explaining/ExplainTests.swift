import Testing

@testable import Policy

@Suite struct ExplainTests {
    private static let text =
        PolicyFixture.bindings + """
            acl:
              - { id: ops, effect: allow, subjects: [role:operator], actions: [service.*], resources: { services: [api] } }
              - { id: ops-wide, effect: allow, subjects: [role:operator], actions: [service.read], resources: { services: ["*"] } }
              - { id: freeze, effect: deny, actions: [service.deregister], except: [role:admin], resources: { services: ["*"] } }
              - { id: tagged, effect: deny, subjects: [user:alice], actions: [service.register], resources: { services: ["*"], tags: { any: [tier1] } } }
              - { id: office, effect: allow, subjects: [role:operator], actions: [service.drain], resources: { services: [web] }, when: { source_ip: ["10.0.0.0/8"] } }
            intentions:
              - { id: web-api, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }

            """

    private func explain(_ asking: String, _ doing: String) throws -> Explanation {
        let policy = try PolicyFixture.load(Self.text)
        let question = try PolicyQuestion.parse(
            asking: asking, doing: doing, nowNanoseconds: 0, trustDomain: policy.trustDomain)
        return policy.explain(question.principal, question.operation, question.context)
    }

    private func rules(_ explanation: Explanation, _ gate: Gate) -> [String] {
        explanation.gates.first { $0.gate == gate }?.rules.map {
            "\($0.rule) \($0.standing.text)\($0.isDecisive ? " !" : "")"
        } ?? []
    }

    @Test func namesEveryRuleThatHasToDoWithTheRequest() throws {
        let explanation = try explain("user:alice", "service.read api")
        #expect(explanation.outcome.text == "allow, gate acl, rule ops-wide")
        #expect(rules(explanation, .acl) == ["ops applies", "ops-wide applies !"])
        #expect(explanation.roles.map(\.role) == ["operator"])
        #expect(explanation.roles.first?.source == "p.yaml:5")
    }

    @Test func showsAnExceptedDenyAndAnApplyingOne() throws {
        let root = try explain("user:root", "service.deregister api")
        #expect(rules(root, .acl) == ["freeze excepted"])
        let alice = try explain("user:alice", "service.deregister api")
        #expect(alice.outcome.text == "deny, gate acl, rule freeze (deny rule freeze)")
        #expect(rules(alice, .acl) == ["ops applies", "freeze applies !"])
        #expect(alice.gates[2].verdict == .refused)
    }

    @Test func showsWhatIsUnknownAndWhichConditionIsNotMet() throws {
        let unknown = try explain("user:alice", "service.register api")
        #expect(rules(unknown, .acl) == ["ops applies", "tagged unknown(tags) !"])
        let away = try explain(
            "{ user: alice, ip: 192.0.2.1 }", "service.drain web")
        #expect(rules(away, .acl) == ["office conditions not met"])
        #expect(away.gates[2].note == "no rule allows it")
    }

    @Test func asksIntentionsOfServicesOnly() throws {
        let web = try explain("service:web", "service.discover api")
        #expect(web.outcome.text == "allow, gate intention, rule web-api")
        #expect(web.gates.map(\.verdict) == [.passed, .passed, .passed, .passed])
        let alice = try explain("user:alice", "service.read api")
        #expect(alice.gates[3].verdict == .notAsked)
        let own = try explain("service:web", "service.register web")
        #expect(own.gates[3].note == "the service acts on its own name")
    }

    @Test func agreesWithTheDecisionOnRandomPolicies() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = RandomPolicies(numbers: SeededNumbers(state: seed))
        for _ in 0..<60 {
            let policy = try CompiledPolicy.load(
                files: [PolicySource(name: "r.yaml", text: random.policy().yaml)],
                trustDomain: "maxine.local")
            for _ in 0..<40 {
                let principal = random.principal()
                let operation = random.operation()
                let context = random.context()
                let explanation = policy.explain(principal, operation, context)
                let refused = explanation.gates.first { $0.verdict == .refused }
                #expect(
                    (refused == nil) == explanation.outcome.isAllowed,
                    "seed \(seed): \(explanation)")
                if let refused {
                    #expect(refused.gate == explanation.outcome.gate, "seed \(seed)")
                    if let rule = explanation.outcome.rule {
                        #expect(refused.note.contains(rule), "seed \(seed): \(refused)")
                    }
                }
            }
        }
    }

    @Test(arguments: [
        ("web", "service.read api", "as:1:1: 'web' is not understood"),
        ("service:a/b/c", "service.read api", "as:1:1: a service's name has only"),
        ("user:alice", "service.fly api", "do:1:1: there is no action 'service.fly'"),
        ("user:alice", "", "do:1:1: '' is not understood"),
        ("{ user: alice, rolez: [x] }", "ca.read", "as:1:16: 'as' has no key 'rolez'"),
        ("{ user: alice", "ca.read", "as:2:1: not YAML"),
        ("spiffe://Bad/x", "ca.read", "as:1:1: 'spiffe://Bad/x' is not a SPIFFE ID"),
    ])
    func saysWhatIsWrongWithAQuestion(asking: String, doing: String, message: String) {
        #expect {
            _ = try PolicyQuestion.parse(
                asking: asking, doing: doing, nowNanoseconds: 0, trustDomain: "maxine.local")
        } throws: { error in
            "\(error)".hasPrefix(message)
        }
    }

    @Test func readsTheTimeOfAQuestion() throws {
        let question = try PolicyQuestion.parse(
            asking: "user:a", doing: "ca.read", now: "1970-01-01T00:00:01Z", nowNanoseconds: 5,
            trustDomain: "maxine.local")
        #expect(question.context.nowNanoseconds == 1_000_000_000)
        #expect(throws: PolicyErrors.self) {
            _ = try PolicyQuestion.parse(
                asking: "user:a", doing: "ca.read", now: "noon", nowNanoseconds: 5,
                trustDomain: "maxine.local")
        }
    }
}
