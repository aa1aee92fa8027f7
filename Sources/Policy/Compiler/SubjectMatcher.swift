/// Recognises one principal in bindings and rules.
struct SubjectMatcher {
    let principal: Principal
    let trustDomain: String
    var roles: Set<String> = []

    func matches(_ subject: BindingSubject) -> Bool {
        switch subject {
        case .spiffe(let pattern): principal.spiffeID.map { pattern.matches($0) } ?? false
        case .user(let name): principal.kind == .user && isSameName(principal.id, name)
        case .ldapGroup(let name): holds(name, in: principal.ldapGroups)
        case .samlGroup(let name): holds(name, in: principal.samlGroups)
        case .oidc(let wanted):
            principal.oidcClaims.contains {
                isSameName($0.issuer, wanted.issuer) && isSameName($0.claim, wanted.claim)
                    && isSameName($0.value, wanted.value)
            }
        case .apiKeyScope(let scope):
            principal.kind == .key && holds(scope, in: principal.apiKeyScopes)
        case .anonymous: principal.kind == .anonymous
        }
    }

    /// Whether a rule speaks of the principal.
    func matches(_ rule: RuleDeclaration) -> Bool {
        let isSource =
            switch rule.sources {
            case .subjects(.none): true
            case .subjects(.some(let terms)):
                terms.contains { matches($0.value, isDeny: rule.isDeny) }
            case .services(let targets): isSource(of: targets, isDeny: rule.isDeny)
            }
        // An exception takes away from a deny, so it is read as strictly as an allow.
        return isSource && !rule.except.contains { matches($0.value, isDeny: false) }
    }

    private func matches(_ term: SubjectTerm, isDeny: Bool) -> Bool {
        switch term {
        case .role(let name): roles.contains(name)
        case .service(let pattern):
            isSource(of: [ServiceTarget(service: pattern, namespaces: [])], isDeny: isDeny)
        case .user(let name): principal.kind == .user && isSameName(principal.id, name)
        case .key(let id): principal.kind == .key && isSameName(principal.id, id)
        case .group(let name):
            holds(name, in: principal.ldapGroups) || holds(name, in: principal.samlGroups)
                || principal.oidcClaims.contains {
                    isSameName($0.claim, "groups") && isSameName($0.value, name)
                }
        }
    }

    /// Whether the principal is one of some services.
    ///
    /// Names are those of this trust domain: a service of another one gains nothing by bearing the same name, but a deny
    /// catches it. Nor does a service whose SPIFFE ID the template can't read escape a deny.
    private func isSource(of targets: [ServiceTarget], isDeny: Bool) -> Bool {
        guard principal.kind == .service else { return false }
        guard let service = principal.service else { return isDeny }
        guard isDeny || isSameName(service.trustDomain, trustDomain) else { return false }
        return targets.contains {
            $0.matches(service: service.service, namespace: service.namespace)
        }
    }

    private func holds(_ name: String, in names: [String]) -> Bool {
        names.contains { isSameName($0, name) }
    }
}
