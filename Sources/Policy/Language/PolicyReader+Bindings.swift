extension PolicyReader {
    mutating func readBindings(_ node: DocumentNode?) {
        for item in list(node) ?? [] {
            let keys = ["role", "subjects"]
            guard let fields = fields(item, of: "a binding", known: keys, required: keys) else {
                continue
            }
            let role = fields["role"].flatMap { node in
                name(node, of: "a role's name").map {
                    Located(value: $0, location: location(node.mark))
                }
            }
            let subjects = nonEmptyList(fields["subjects"], of: "the list of subjects")?
                .compactMap { bindingSubject($0) }
            guard let role, let subjects else { continue }
            declarations.bindings.append(BindingDeclaration(role: role, subjects: subjects))
        }
    }

    private mutating func bindingSubject(_ node: DocumentNode) -> BindingSubject? {
        let kinds = [
            "spiffe", "user", "group", "ldap_group", "saml_group", "oidc", "api_key_scope",
            "anonymous",
        ]
        if case .scalar(let scalar) = node.content, scalar.type == .text {
            report(
                .wrongType, node.mark, "expected a mapping, found \(node.kind)",
                hint: "bindings name subjects in the long form, such as { user: alice }")
            return nil
        }
        guard let fields = fields(node, of: "a binding's subject", known: kinds) else { return nil }
        guard fields.members.count == 1, let member = fields.members.values.first else {
            // An unknown kind has been reported already.
            if fields.hasUnknown, fields.members.isEmpty { return nil }
            report(
                .invalidValue, node.mark,
                "a binding's subject has exactly one of \(kinds.joined(separator: ", "))")
            return nil
        }
        switch member.key {
        case "spiffe": return spiffePattern(member.value).map { .spiffe($0) }
        case "user": return exact(member.value, of: "a user's name").map { .user($0) }
        case "group": return exact(member.value, of: "a group's name").map { .group($0) }
        case "ldap_group": return exact(member.value, of: "a group's name").map { .ldapGroup($0) }
        case "saml_group": return exact(member.value, of: "a group's name").map { .samlGroup($0) }
        case "oidc": return oidcClaim(member.value).map { .oidc($0) }
        case "api_key_scope": return exact(member.value, of: "a scope").map { .apiKeyScope($0) }
        default:
            if case .scalar(let scalar) = member.value.content, scalar.type == .truth,
                scalar.text == "true"
            {
                return .anonymous
            }
            reportType(member.value, expected: "anonymous: true")
            return nil
        }
    }

    /// Text that is meant as it stands: one that looks like a pattern would let in whoever is called so.
    private mutating func exact(_ node: DocumentNode, of what: String) -> String? {
        guard let text = text(node, of: what) else { return nil }
        guard text.utf8.last != UInt8(ascii: "*") else {
            report(
                .invalidValue, node.mark, "\(quoted(text)) can't be a pattern",
                hint: "bindings take patterns in spiffe: only; name each one")
            return nil
        }
        return text
    }

    /// A pattern for SPIFFE IDs.
    mutating func spiffePattern(_ node: DocumentNode) -> SPIFFEPattern? {
        let what = "a pattern for SPIFFE IDs"
        guard let text = text(node, of: what, bytesMax: PolicyLimits.spiffeIDBytesMax) else {
            return nil
        }
        do {
            return try SPIFFEPattern(parsing: text, trustDomain: trustDomain)
        } catch {
            report(
                .invalidValue, node.mark,
                "\(quoted(text)) is not \(what): \(error.reason)")
            return nil
        }
    }

    /// One claim of an OpenID Connect token.
    mutating func oidcClaim(_ node: DocumentNode) -> OIDCClaim? {
        let keys = ["issuer", "claim", "value"]
        guard let fields = fields(node, of: "an oidc subject", known: keys, required: keys),
            let issuer = fields["issuer"].flatMap({ text($0, of: "an issuer") }),
            let claim = fields["claim"].flatMap({ text($0, of: "a claim's name") }),
            let value = fields["value"].flatMap({ exact($0, of: "a claim's value") })
        else { return nil }
        return OIDCClaim(issuer: issuer, claim: claim, value: value)
    }
}
