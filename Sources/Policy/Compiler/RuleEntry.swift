import Text

/// One rule with one of its service patterns, ready to be judged.
///
/// It holds numbers only, so that reading one touches no reference count.
struct RuleEntry: Sendable {
    var rule: Int32
    var actions: UInt64
    var isDeny = false
    /// An index into the policy's conditions, or one of the two below.
    var namespaces = RuleEntry.everyNamespace
    /// Indices into the policy's conditions, or -1.
    var tags: Int32 = -1
    var sourceIP: Int32 = -1

    static let everyNamespace: Int32 = -1
    /// What most rules are for, so that it is judged by one flag.
    static let defaultNamespace: Int32 = -2
}

/// Which namespaces an operation is on, found once a decision.
enum NamespaceReach {
    /// The default one.
    case standard
    /// Another one.
    case other
    /// All at once: the denies of each are met, and only an allow of all allows it.
    case all

    @inline(__always)
    init(_ namespace: String) {
        if namespace.isExactly(Resource.defaultNamespace) {
            self = .standard
        } else {
            self = namespace.isExactly("*") ? .all : .other
        }
    }
}

/// The conditions that entries point at.
struct RuleConditions: Sendable {
    var namespaces: ContiguousArray<[NamePattern]> = []
    var tags: ContiguousArray<TagCondition> = []
    var sourceIP: ContiguousArray<[CIDR]> = []
}

/// Whether an entry applies; unknown when it rests on something that is not known.
enum Applicability: UInt8 {
    case no, yes, unknownTags, unknownSourceIP

    /// What a refusal says about an unknown attribute.
    var reason: String {
        switch self {
        case .no, .yes: "no rule allows it"
        case .unknownTags: "unknown(tags)"
        case .unknownSourceIP: "unknown(source_ip)"
        }
    }
}

extension RuleConditions {
    /// Whether an entry whose service pattern and subjects match applies to an operation.
    @inline(__always)
    func judge(
        _ entry: RuleEntry, _ operation: Operation, in reach: NamespaceReach, _ context: Context
    ) -> Applicability {
        guard entry.actions & (1 << UInt64(operation.action.rawValue)) != 0 else { return .no }
        guard isMet(entry, operation, in: reach) else { return .no }
        if entry.tags < 0, entry.sourceIP < 0 { return .yes }
        return judgeConditions(entry, operation, context)
    }

    /// Whether an operation is on a namespace that an entry is for.
    @inline(__always)
    private func isMet(
        _ entry: RuleEntry, _ operation: Operation, in reach: NamespaceReach
    ) -> Bool {
        if entry.namespaces == RuleEntry.everyNamespace { return true }
        if reach == .all { return entry.isDeny }
        if entry.namespaces == RuleEntry.defaultNamespace { return reach == .standard }
        return namespaces[Int(entry.namespaces)].contains {
            $0.matches(operation.resource.namespace)
        }
    }

    private func judgeConditions(
        _ entry: RuleEntry, _ operation: Operation, _ context: Context
    ) -> Applicability {
        var result = Applicability.yes
        if entry.tags >= 0 {
            if let known = operation.resource.tags {
                guard tags[Int(entry.tags)].matches(known) else { return .no }
            } else if operation.resource.service != nil || operation.action.isServiceScoped {
                result = .unknownTags
            } else {
                // What is no service has no tags: they are not unknown, they don't exist.
                return .no
            }
        }
        if entry.sourceIP >= 0 {
            if let address = context.sourceIP {
                let blocks = sourceIP[Int(entry.sourceIP)]
                guard blocks.contains(where: { $0.contains(address) }) else { return .no }
            } else if result == .yes {
                result = .unknownSourceIP
            }
        }
        return result
    }
}
