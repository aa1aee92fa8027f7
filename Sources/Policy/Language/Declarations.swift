/// A place in one of the policy's files.
struct Location: Hashable, Sendable {
    var file: String
    var mark: Mark
}

/// A value with the place where it stands.
struct Located<Value: Sendable>: Sendable {
    var value: Value
    var location: Location
}

extension Located: Equatable where Value: Equatable {}

/// A role and what it may do, as a file declares it.
struct RoleDeclaration: Sendable {
    var name: String
    var actions: ActionSet
    var location: Location
}

/// Who holds a role, as a file declares it.
struct BindingDeclaration: Sendable {
    var role: Located<String>
    var subjects: [BindingSubject]
}

/// What a principal is recognised by when roles are given out.
enum BindingSubject: Sendable {
    case spiffe(SPIFFEPattern)
    case user(String)
    /// Of any sort: `PROVIDER/NAME`.
    case group(String)
    case ldapGroup(String)
    case samlGroup(String)
    case oidc(OIDCClaim)
    case apiKeyScope(String)
    /// Nobody known.
    case anonymous

    var isAnonymous: Bool { if case .anonymous = self { true } else { false } }

    /// The subject as a binding has it, but for its brackets.
    var text: String {
        switch self {
        case .spiffe(let pattern): "spiffe: \(pattern.text)"
        case .user(let name): "user: \(name)"
        case .group(let name): "group: \(name)"
        case .ldapGroup(let name): "ldap_group: \(name)"
        case .samlGroup(let name): "saml_group: \(name)"
        case .oidc(let claim):
            "oidc: { issuer: \(claim.issuer), claim: \(claim.claim), value: \(claim.value) }"
        case .apiKeyScope(let scope): "api_key_scope: \(scope)"
        case .anonymous: "anonymous: true"
        }
    }
}

/// What a principal is recognised by in a rule.
enum SubjectTerm: Sendable {
    case role(String)
    case service(ServiceTarget)
    case user(String)
    case key(String)
    case group(String)

    /// The term as it is written.
    var text: String {
        switch self {
        case .role(let name): "role:\(name)"
        case .service(let target):
            "service:\(target.namespaces.map(\.text).joined(separator: ","))/\(target.service.text)"
        case .user(let name): "user:\(name)"
        case .key(let id): "key:\(id)"
        case .group(let name): "group:\(name)"
        }
    }
}

/// Services that a rule speaks of, in at least one namespace.
struct ServiceTarget: Hashable, Sendable {
    var service: NamePattern
    var namespaces: [NamePattern]
    /// Whether the file names no namespace, so that `default` is meant.
    var leavesNamespaceOut = false

    /// Services of the namespaces that a file names, or of `default` where it names none.
    init(service: NamePattern, namespaces: [NamePattern]?) {
        self.service = service
        self.namespaces = namespaces ?? [.defaultNamespace]
        leavesNamespaceOut = namespaces == nil
    }

    /// All services there are.
    static let all = ServiceTarget(service: .any, namespaces: [.any])

    var isInEveryNamespace: Bool { namespaces.contains { $0.isAny } }
}

/// Tags that a rule asks for: one of `any`, if there are some, and each of `all`.
struct TagCondition: Hashable, Sendable {
    var any: [NamePattern] = []
    var all: [NamePattern] = []

    var isEmpty: Bool { any.isEmpty && all.isEmpty }

    func matches(_ tags: [String]) -> Bool {
        (any.isEmpty || any.contains { pattern in tags.contains(where: pattern.matches) })
            && all.allSatisfy { pattern in tags.contains(where: pattern.matches) }
    }
}

/// An ACL entry or intention, as a file declares it.
struct RuleDeclaration: Sendable {
    /// Whom a rule speaks of.
    enum Sources: Sendable {
        /// An ACL entry's subjects; nil means everyone.
        case subjects([Located<SubjectTerm>]?)
        /// The services that an intention starts from.
        case services([ServiceTarget])
    }

    var id: String
    var location: Location
    var isDeny: Bool
    var sources: Sources
    var actions: ActionSet
    /// An intention's permit words that belong to no action.
    var passiveWords: [String] = []
    /// What the rule speaks of; nil means anything, also what is no service.
    var targets: [ServiceTarget]?
    var tags = TagCondition()
    var sourceIP: [CIDR] = []
    var except: [Located<SubjectTerm>] = []

    var gate: Gate {
        switch sources {
        case .subjects: .acl
        case .services: .intention
        }
    }
}
