import Testing

@testable import Policy

@Suite struct DifferenceTests {
    private func difference(_ old: String, _ new: String) throws -> PolicyDifference {
        PolicyDifference(
            from: try PolicyFixture.load(PolicyFixture.bindings + old),
            to: try PolicyFixture.load(PolicyFixture.bindings + new), nowNanoseconds: 0)
    }

    private static let webToAPI =
        "intentions:\n  - { id: a, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }\n"

    @Test func findsNothingWhereOnlyTheWritingChanges() throws {
        let other =
            "intentions:\n  - { id: b, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }\n"
        let found = try difference(Self.webToAPI, other)
        #expect(found.isEmpty)
        #expect(found.isExact, "\(found.gaps)")
        #expect(found.compared > 0)
    }

    @Test func givesAWitnessForEachRegion() throws {
        let wider =
            "intentions:\n  - { id: a, effect: allow, from: [{ service: \"web*\" }], to: [{ service: api }], permit: [discover, read] }\n"
        let found = try difference(Self.webToAPI, wider)
        #expect(found.newlyDenied.isEmpty)
        #expect(found.newlyAllowed.count == 2, "\(found.newlyAllowed)")
        let all = found.newlyAllowed.map { ($0.principals, $0.actions) }
        #expect(
            all.contains {
                $0.0 == ["spiffe://maxine.local/ns/default/dc/x/svc/web"]
                    || $0.1 == [.serviceRead]
            }, "\(all)")
        for change in found.newlyAllowed {
            let old = try PolicyFixture.load(PolicyFixture.bindings + Self.webToAPI)
            let new = try PolicyFixture.load(PolicyFixture.bindings + wider)
            let witness = change.witness
            #expect(
                !old.summary(
                    old.subject(for: witness.principal), witness.operation, witness.context
                ).isAllowed)
            #expect(
                new.summary(
                    new.subject(for: witness.principal), witness.operation, witness.context
                ).isAllowed)
        }
    }

    @Test func seesAddressesTagsAndRoles() throws {
        let rule = { (when: String) in
            "acl:\n  - { id: o, effect: allow, subjects: [role:operator], actions: [service.drain], resources: { services: [api] }\(when) }\n"
        }
        let narrowed = try difference(
            rule(", when: { source_ip: [\"10.0.0.0/8\"] }"),
            rule(", when: { source_ip: [\"10.0.0.0/9\"] }"))
        #expect(narrowed.newlyAllowed.isEmpty)
        #expect(narrowed.newlyDenied.map(\.circumstances) == ["from 10.128.0.0"])
        let tagged =
            "acl:\n  - { id: o, effect: allow, subjects: [role:operator], actions: [service.drain], resources: { services: [api], tags: { any: [t1] } } }\n"
        let byTag = try difference(rule(""), tagged)
        #expect(
            Set(byTag.newlyDenied.map(\.circumstances)) == ["tags unknown", "no tags"])
        let role = try difference("roles: { operator: { actions: [service.read] } }\n", "")
        #expect(role.newlyAllowed.contains { $0.actions.contains(.policyRead) })
    }

    @Test func seesTheOwnNameApart() throws {
        let found = try difference(
            "",
            "intentions:\n  - { id: d, effect: deny, from: [{ service: web }], to: [{ service: web }] }\n"
        )
        #expect(found.newlyAllowed.isEmpty)
        #expect(found.newlyDenied.count == 1, "\(found.newlyDenied)")
        #expect(found.newlyDenied.first?.resources == ["own name"])
    }

    /// Random requests never show a change that the comparison did not find.
    @Test func missesNothingThatRandomRequestsFind() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = RandomPolicies(numbers: SeededNumbers(state: seed))
        var changed = 0
        var exact = 0
        for _ in 0..<12 {
            var plan = random.policy()
            for index in plan.rules.indices { plan.rules[index].keepNamesTagsAndAddresses() }
            let old = try Self.load(plan)
            plan.rules = Array(plan.rules.dropLast(2))
            if let first = plan.rules.indices.first { plan.rules[first].isDeny.toggle() }
            guard let new = try? Self.load(plan) else { continue }
            let found = PolicyDifference(from: old, to: new, nowNanoseconds: 0)
            let gaps = found.gaps.filter { !$0.hasPrefix("service.call") }
            if !gaps.isEmpty { continue }
            exact += 1
            for _ in 0..<3_000 {
                var principal = random.principal()
                principal.directRoles = []
                let operation = random.operation()
                if !operation.action.isServiceScoped || operation.action == .serviceCall {
                    continue
                }
                let context = random.context()
                let before = old.summary(old.subject(for: principal), operation, context)
                let after = new.summary(new.subject(for: principal), operation, context)
                guard before.isAllowed != after.isAllowed else { continue }
                changed += 1
                let list = after.isAllowed ? found.newlyAllowed : found.newlyDenied
                #expect(
                    list.contains { $0.actions.contains(operation.action) },
                    "seed \(seed): \(principal) \(operation) \(context)")
            }
        }
        #expect(changed > 0)
        #expect(exact > 2)
    }

    private static func load(_ plan: NaivePolicy) throws -> CompiledPolicy {
        try CompiledPolicy.load(
            files: [PolicySource(name: "r.yaml", text: plan.yaml)], trustDomain: "maxine.local")
    }

    @Test func whoCanNamesEachSortOfPrincipal() throws {
        let policy = try PolicyFixture.load(PolicyFixture.bindings + Self.webToAPI)
        let reach = Reach.whoCan(
            Operation(action: .serviceDiscover, resource: Resource(service: "api")), under: policy,
            nowNanoseconds: 0)
        let names = reach.holders.flatMap(\.principals)
        #expect(names.contains { $0.hasSuffix("/svc/web") }, "\(names)")
        #expect(names.contains { $0.hasSuffix("/ns/default/dc/x/svc/api") }, "\(names)")
        #expect(!names.contains { $0.hasPrefix("user:") }, "\(names)")
        let rotate = Reach.whoCan(
            Operation(action: .caRotate, resource: Resource()), under: policy, nowNanoseconds: 0)
        let rotators = rotate.holders.flatMap(\.principals)
        #expect(rotators.contains("user:root"), "\(rotators)")
        #expect(rotators.contains { $0.contains("/operator/") }, "\(rotators)")
        #expect(!rotators.contains("user:alice"), "\(rotators)")
    }

    @Test func whatCanListsActionsAndResources() throws {
        let policy = try PolicyFixture.load(PolicyFixture.bindings + Self.webToAPI)
        let reach = Reach.whatCan(
            try PolicyFixture.service("web"), under: policy, nowNanoseconds: 0)
        let powers = Dictionary(
            uniqueKeysWithValues: reach.powers.map { ($0.action, $0.resources) })
        #expect(powers[.serviceDiscover] == ["api", "*/api", "own name"])
        #expect(powers[.serviceRegister] == ["own name"])
        #expect(powers[.caRead] == nil)
        #expect(
            Reach.whatCan(.anonymous, under: policy, nowNanoseconds: 0).powers.isEmpty)
    }
}

extension NaivePolicy.Rule {
    /// Drops conditions of which random policies have more combinations than a test can wait for.
    fileprivate mutating func keepNamesTagsAndAddresses() {
        time = nil
        strength = nil
        methods = nil
        certificateAge = nil
        from = nil
        until = nil
        shadowUntil = nil
        http = nil
    }
}
