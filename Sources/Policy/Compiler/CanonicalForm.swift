import Crypto
import Text

/// What a policy decides, written in one way only, and its hash.
///
/// The form is a list of lines. A line is a keyword and strings, each as `<bytes>:<text>` with a space before it, and
/// ends with a newline. The lines are: the header, the trust domain, each role with its actions, each pair of a
/// role and a subject bound to it, each rule with its effect, sources, actions, targets, tags, addresses and exceptions. Lists whose
/// order means nothing are sorted by their bytes and free of repetitions, patterns have the trust domain filled in, action patterns
/// are expanded, and built-in roles are written out.
enum CanonicalForm {
    static func digest(
        trustDomain: String, roles: [RoleDeclaration], bindings: [BindingDeclaration],
        rules: [RuleDeclaration]
    ) -> String {
        let text = text(trustDomain: trustDomain, roles: roles, bindings: bindings, rules: rules)
        var hash = SHA256()
        Array(text.utf8).withUnsafeBytes { hash.update(bufferPointer: $0) }
        let hex = hash.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }
        return "sha256:" + hex.joined()
    }

    static func text(
        trustDomain: String, roles: [RoleDeclaration], bindings: [BindingDeclaration],
        rules: [RuleDeclaration]
    ) -> String {
        var lines = ["maxine-policy-1\n", line("trust_domain", [trustDomain])]
        lines += sorted(
            roles.map { line("role", [$0.name] + sorted($0.actions.actions.map(\.name))) })
        lines += sorted(
            bindings.flatMap { binding in
                binding.subjects.map { line("binding", [binding.role.value] + words($0)) }
            })
        lines += sorted(rules.map(block))
        return lines.joined()
    }

    private static func block(_ rule: RuleDeclaration) -> String {
        var parts = [line(rule.gate.rawValue, [rule.id, rule.isDeny ? "deny" : "allow"])]
        switch rule.sources {
        case .subjects(.none): parts.append(line("everyone", []))
        case .subjects(.some(let terms)):
            parts.append(line("subjects", sorted(terms.map(\.value.text))))
        case .services(let targets): parts += sorted(targets.map { target("from", $0) })
        }
        parts.append(line("actions", sorted(rule.actions.actions.map(\.name))))
        parts.append(line("passive", sorted(rule.passiveWords)))
        if let targets = rule.targets { parts += sorted(targets.map { target("to", $0) }) }
        parts.append(line("tags_any", sorted(rule.tags.any.map(\.text))))
        parts.append(line("tags_all", sorted(rule.tags.all.map(\.text))))
        parts.append(line("source_ip", sorted(rule.sourceIP.map(\.description))))
        parts.append(line("except", sorted(rule.except.map(\.value.text))))
        return parts.joined()
    }

    private static func target(_ keyword: String, _ target: ServiceTarget) -> String {
        line(keyword, [target.service.text] + sorted(target.namespaces.map(\.text)))
    }

    private static func words(_ subject: BindingSubject) -> [String] {
        switch subject {
        case .spiffe(let pattern): ["spiffe", pattern.text]
        case .user(let name): ["user", name]
        case .group(let name): ["group", name]
        case .ldapGroup(let name): ["ldap_group", name]
        case .samlGroup(let name): ["saml_group", name]
        case .oidc(let claim): ["oidc", claim.issuer, claim.claim, claim.value]
        case .apiKeyScope(let scope): ["api_key_scope", scope]
        case .anonymous: ["anonymous"]
        }
    }

    private static func line(_ keyword: String, _ words: [String]) -> String {
        keyword + words.map { " \($0.utf8.count):\($0)" }.joined() + "\n"
    }

    private static func sorted(_ words: [String]) -> [String] {
        var result: [String] = []
        for word in words.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            if let last = result.last, last.isExactly(word) { continue }
            result.append(word)
        }
        return result
    }
}
