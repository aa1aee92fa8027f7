extension CompiledPolicy {
    /// Whether a rule asks for tags.
    package var readsTags: Bool { traits.tags }
    /// Whether a binding or rule asks for groups, claims or scopes.
    package var readsGroups: Bool { traits.groups }
    /// Whether a binding or rule asks for a person's name or a client's address.
    package var readsPersons: Bool { traits.persons }
    /// Whether a rule asks for the time.
    package var readsClock: Bool { traits.clock }
}

/// What the rules and bindings of a policy ask for.
struct PolicyTraits: Sendable {
    var tags = false
    var groups = false
    var clock = false
    var persons = false

    init(rules: [RuleDeclaration], bindings: [BindingDeclaration]) {
        tags = rules.contains { !$0.tags.isEmpty }
        groups =
            bindings.contains { $0.subjects.contains(where: Self.isGroup) }
            || rules.contains { rule in
                var terms = rule.except
                if case .subjects(.some(let subjects)) = rule.sources { terms += subjects }
                return terms.contains { if case .group = $0.value { true } else { false } }
            }
        persons =
            bindings.contains { $0.subjects.contains(where: Self.isUser) }
            || rules.contains { rule in
                var terms = rule.except
                if case .subjects(.some(let subjects)) = rule.sources { terms += subjects }
                return !rule.when.sourceIP.isEmpty
                    || terms.contains {
                        switch $0.value {
                        case .user, .key: true
                        case .role, .service, .group: false
                        }
                    }
            }
        clock = rules.contains { $0.readsClock }
    }

    private static func isUser(_ subject: BindingSubject) -> Bool {
        if case .user = subject { true } else { false }
    }

    private static func isGroup(_ subject: BindingSubject) -> Bool {
        switch subject {
        case .ldapGroup, .samlGroup, .oidc, .apiKeyScope: true
        case .spiffe, .user: false
        }
    }
}

extension RuleDeclaration {
    /// Whether the rule asks for the time.
    var readsClock: Bool {
        when.time != nil || when.certificateAge != nil || validity.from != nil
            || validity.until != nil
    }
}

extension CompiledPolicy {
    /// The ids of the rules that allow, in the order of the files.
    package var allowRuleIDs: [String] { rules.filter { !$0.isDeny }.map(\.id) }

    /// The first of a subject's roles that holds an action.
    package func role(of subject: Subject, holding action: Action) -> String? {
        subject.roles.first { name in
            roles.first { isSameName($0.name, name) }?.actions.contains(action) ?? false
        }
    }
}
