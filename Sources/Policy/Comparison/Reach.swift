/// Who may do something, or what somebody may do, under one policy.
public struct Reach: Sendable {
    /// One sort of principal that may do it.
    public struct Holder: Sendable {
        /// The principals, some of them.
        public let principals: [String]
        /// The rule that allows it, if one has to.
        public let rule: String?
        /// What must hold besides; empty where it is always allowed.
        public let circumstances: [String]
    }

    /// One action on some resources that the principal may do.
    public struct Power: Sendable {
        /// The action.
        public let action: Action
        /// The resources, as `api`, `pay-*` or `own name`; empty for an action on no service.
        public let resources: [String]
        /// What must hold besides; empty where it is always allowed.
        public let circumstances: [String]
    }

    /// What the answer leaves out; empty when every class was tried.
    public let gaps: [String]
    /// Who may do it, for `whoCan`.
    public private(set) var holders: [Holder] = []
    /// What may be done, for `whatCan`.
    public private(set) var powers: [Power] = []

    /// Finds who may do an operation.
    public static func whoCan(
        _ operation: Operation, under policy: CompiledPolicy, nowNanoseconds: Int64
    ) -> Reach {
        let space = RequestSpace(
            [policy], nowNanoseconds: nowNanoseconds, asking: operation.resource)
        var reach = Reach(gaps: space.gaps)
        let cases = space.cases(for: operation.resource.tags)
        for group in space.principalGroups {
            let isOwner = { (index: Int) in
                space.principals[index].isNamed(by: operation.resource)
            }
            for own in [false, true] {
                let members = group.members.filter { isOwner($0) == own }
                guard let first = members.first else { continue }
                let subject = policy.subject(for: space.principals[first])
                var allowed: [(text: String, rule: String?)] = []
                for circumstances in cases {
                    var asked = operation
                    asked.resource.tags = circumstances.tags
                    let answer = policy.summary(subject, asked, circumstances.context)
                    if answer.isAllowed { allowed.append((circumstances.text, answer.rule)) }
                }
                guard let some = allowed.first else { continue }
                reach.holders.append(
                    Holder(
                        principals: space.names(members), rule: some.rule,
                        circumstances: allowed.count == cases.count ? [] : allowed.map(\.text)))
            }
        }
        return reach
    }

    /// Finds what a principal may do.
    public static func whatCan(
        _ principal: Principal, under policy: CompiledPolicy, nowNanoseconds: Int64
    ) -> Reach {
        let space = RequestSpace([policy], nowNanoseconds: nowNanoseconds)
        var reach = Reach(gaps: space.circumstances.gaps)
        let subject = policy.subject(for: principal)
        var targets = space.resources.compactMap { group in
            group.witnesses.first { !principal.isNamed(by: $0) }.map { ($0, group.members) }
        }
        if let own = principal.service {
            targets.append((Resource(service: own.service, namespace: own.namespace), ["own name"]))
        }
        for action in Action.allCases {
            var byCircumstances: [[String]: [String]] = [:]
            var order: [[String]] = []
            for (resource, names) in targets where action.isServiceScoped || resource.service == nil
            {
                let found = space.circumstances.cases.filter { circumstances in
                    var target = resource
                    target.tags = circumstances.tags
                    return policy.summary(
                        subject, Operation(action: action, resource: target), circumstances.context
                    ).isAllowed
                }
                guard !found.isEmpty else { continue }
                let texts =
                    found.count == space.circumstances.cases.count ? [] : found.map(\.text)
                if byCircumstances[texts] == nil { order.append(texts) }
                byCircumstances[texts, default: []] += names
            }
            for texts in order {
                reach.powers.append(
                    Power(
                        action: action,
                        resources: action.isServiceScoped ? byCircumstances[texts] ?? [] : [],
                        circumstances: texts))
            }
        }
        return reach
    }

    private init(gaps: [String]) {
        self.gaps = gaps
    }
}

extension RequestSpace {
    /// The circumstances, with the tags fixed where they are given.
    fileprivate func cases(for tags: [String]?) -> [Circumstances.Case] {
        guard let tags else { return circumstances.cases }
        var seen: Set<Context> = []
        return circumstances.cases.compactMap { circumstances in
            guard seen.insert(circumstances.context).inserted else { return nil }
            var fixed = circumstances
            fixed.tags = tags
            return fixed
        }
    }

    /// What some principals are called.
    fileprivate func names(_ members: [Int]) -> [String] {
        members.prefix(ComparisonLimits.namesMax).map { principals[$0].title }
            + (members.count > ComparisonLimits.namesMax
                ? ["and \(members.count - ComparisonLimits.namesMax) more"] : [])
    }
}
