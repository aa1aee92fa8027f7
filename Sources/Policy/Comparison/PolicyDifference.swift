/// What changes when one policy takes the place of another, over all requests that either can tell apart.
public struct PolicyDifference: Sendable {
    /// One region of requests that are decided otherwise, with a witness.
    public struct Change: Sendable {
        /// A request of the region.
        public let witness: PolicyQuestion
        /// The principals of the region, some of them.
        public let principals: [String]
        /// The actions of the region.
        public let actions: [Action]
        /// The resources of the region, as `api`, `pay-*` or `staging/api`; `own name`, or `-` for none.
        public let resources: [String]
        /// What must hold besides, such as `from 10.0.0.0`; empty where nothing must.
        public let circumstances: String
        /// What the old policy says.
        public let before: DecisionSummary
        /// What the new policy says.
        public let after: DecisionSummary
    }

    /// The regions that are newly allowed.
    public internal(set) var newlyAllowed: [Change] = []
    /// The regions that are newly denied.
    public internal(set) var newlyDenied: [Change] = []
    /// What the comparison leaves out; empty when it is exact.
    public internal(set) var gaps: [String] = []
    /// How many pairs of decisions were taken.
    public internal(set) var compared = 0

    /// Whether nothing changes.
    public var isEmpty: Bool { newlyAllowed.isEmpty && newlyDenied.isEmpty }
    /// Whether every class of requests was tried.
    public var isExact: Bool { gaps.isEmpty }

    /// Compares two policies of one trust domain.
    ///
    /// - Parameters:
    ///   - old: The policy that is.
    ///   - new: The policy that is to be.
    ///   - nowNanoseconds: The time that rules with a clock are judged at, besides their own bounds.
    public init(from old: CompiledPolicy, to new: CompiledPolicy, nowNanoseconds: Int64) {
        if old.digest == new.digest { return }
        let space = RequestSpace([old, new], nowNanoseconds: nowNanoseconds)
        gaps = space.gaps
        var walk = DifferenceWalk(space: space)
        walk.run()
        gaps += walk.gaps
        compared = walk.compared
        for change in walk.changes {
            if change.after.isAllowed {
                newlyAllowed.append(change)
            } else {
                newlyDenied.append(change)
            }
        }
    }
}

/// Asks both policies about one witness of each class.
private struct DifferenceWalk {
    private struct Key: Hashable {
        var group: Int
        var isOwn: Bool
        var circumstances: Int
        var before: DecisionSummary
        var after: DecisionSummary
    }

    let space: RequestSpace
    private(set) var gaps: [String] = []
    private(set) var compared = 0
    private var order: [Key] = []
    private var found: [Key: Region] = [:]
    /// The subjects of the group at hand.
    private var resolved: [Principal: [Subject]] = [:]

    private struct Region {
        var witness: PolicyQuestion
        var actions: [Action] = []
        var resources: [String] = []
    }

    init(space: RequestSpace) {
        self.space = space
    }

    var changes: [PolicyDifference.Change] {
        order.compactMap { key in
            guard let region = found[key] else { return nil }
            return PolicyDifference.Change(
                witness: region.witness,
                // The others of the group have other names of their own.
                principals: key.isOwn
                    ? [region.witness.principal.title]
                    : space.names(space.principalGroups[key.group]),
                actions: region.actions, resources: region.resources,
                circumstances: space.circumstances.cases[key.circumstances].text,
                before: key.before, after: key.after)
        }
    }

    mutating func run() {
        for (number, group) in space.principalGroups.enumerated() {
            resolved = [group.witness: group.subjects]
            for resources in space.resources {
                if let pair = space.strangers(group, resources) {
                    ask(number, pair.principal, pair.resource, resources.members, isOwn: false)
                }
                if compared > ComparisonLimits.decisionsMax { return stop() }
            }
            for (principal, resource) in space.owners(group) {
                ask(number, principal, resource, ["own name"], isOwn: true)
            }
        }
    }

    private mutating func stop() {
        gaps.append("stopped after \(compared) requests")
    }

    private mutating func ask(
        _ number: Int, _ principal: Principal, _ resource: Resource, _ names: [String], isOwn: Bool
    ) {
        let subjects = resolved[principal] ?? space.policies.map { $0.subject(for: principal) }
        resolved[principal] = subjects
        for actions in space.actions {
            // What is on no service is asked about once, without one.
            if !actions.witness.isServiceScoped, resource.service != nil { continue }
            for (index, circumstances) in space.circumstances.cases.enumerated() {
                var target = resource
                target.tags = circumstances.tags
                let operation = Operation(action: actions.witness, resource: target)
                let before = space.policies[0].summary(
                    subjects[0], operation, circumstances.context)
                let after = space.policies[1].summary(subjects[1], operation, circumstances.context)
                compared += 1
                guard before.isAllowed != after.isAllowed else { continue }
                note(
                    Key(
                        group: number, isOwn: isOwn, circumstances: index, before: before,
                        after: after),
                    PolicyQuestion(
                        principal: principal, operation: operation, context: circumstances.context),
                    actions.members, names)
            }
        }
    }

    private mutating func note(
        _ key: Key, _ witness: PolicyQuestion, _ actions: [Action], _ resources: [String]
    ) {
        if found[key] == nil {
            guard order.count < ComparisonLimits.changesMax else {
                if order.count == ComparisonLimits.changesMax, gaps.isEmpty {
                    gaps.append("more than \(ComparisonLimits.changesMax) regions changed")
                }
                return
            }
            order.append(key)
            found[key] = Region(witness: witness)
        }
        for action in actions where found[key]?.actions.contains(action) == false {
            found[key]?.actions.append(action)
        }
        for resource in resources where found[key]?.resources.contains(resource) == false {
            found[key]?.resources.append(resource)
        }
    }
}

extension RequestSpace {
    /// One service of a group for each class of resources that its members' own names fall into.
    func owners(_ group: PrincipalGroup) -> [(principal: Principal, resource: Resource)] {
        guard group.witness.kind == .service else { return [] }
        var seen: Set<Int> = []
        var owners: [(Principal, Resource)] = []
        for member in group.members {
            guard let own = principals[member].service else { continue }
            let resource = Resource(service: own.service, namespace: own.namespace)
            guard let place = places[resource], seen.insert(place).inserted else { continue }
            owners.append((principals[member], resource))
        }
        return owners
    }
}
