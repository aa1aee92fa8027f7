extension PolicyReader {
    private static let identityKeys = [
        "service", "spiffe", "user", "key", "operator", "anonymous",
    ]
    private static let attributeKeys = [
        "namespace", "datacenter", "roles", "groups", "ldap_groups", "saml_groups", "oidc",
        "scopes", "ip", "owner",
    ]

    mutating func testSubject(
        _ node: DocumentNode
    ) -> (subject: TestSubject, sourceIP: IPAddress?)? {
        let keys = Self.identityKeys + Self.attributeKeys
        guard let fields = fields(node, of: "'as'", known: keys) else { return nil }
        let given = Self.identityKeys.filter { fields.members[$0] != nil }
        guard given.count == 1, let key = given.first, let value = fields[key] else {
            report(
                .invalidValue, node.mark,
                "'as' has exactly one of \(Self.identityKeys.joined(separator: ", "))")
            return nil
        }
        for key in ["namespace", "datacenter"] where given != ["service"] {
            guard let member = fields.members[key] else { continue }
            report(.invalidValue, member.mark, "'\(key)' belongs to a service only")
        }
        guard let identity = testIdentity(key, value, fields) else { return nil }
        var subject = TestSubject(identity: identity)
        subject.roles = testRoles(fields["roles"])
        subject.groups = texts(fields["groups"], of: "a group's name")
        subject.ldapGroups = texts(fields["ldap_groups"], of: "a group's name")
        subject.samlGroups = texts(fields["saml_groups"], of: "a group's name")
        subject.apiKeyScopes = texts(fields["scopes"], of: "a scope")
        for item in list(fields["oidc"]) ?? [] {
            if let claim = oidcClaim(item) { subject.oidcClaims.append(claim) }
        }
        if let owner = fields["owner"] { subject.owner = testOwner(owner, of: given) }
        return (subject, fields["ip"].flatMap { testAddress($0) })
    }

    /// Whose key it is: written as `as` is, but no key, nobody, and from no address of its own.
    private mutating func testOwner(_ node: DocumentNode, of given: [String]) -> TestOwner? {
        guard given == ["key"] else {
            report(.invalidValue, node.mark, "'owner' belongs to a key only")
            return nil
        }
        guard let (subject, sourceIP) = testSubject(node) else { return nil }
        switch subject.identity {
        case .key, .anonymous:
            report(.invalidValue, node.mark, "a key's owner is a service, a user or an operator")
            return nil
        case .service, .spiffe, .user, .operator: break
        }
        guard sourceIP == nil else {
            report(.invalidValue, node.mark, "'ip' belongs to who asks, not to the owner")
            return nil
        }
        return TestOwner(subject)
    }

    private mutating func testIdentity(
        _ key: String, _ value: DocumentNode, _ fields: Fields
    ) -> TestSubject.Identity? {
        switch key {
        case "service":
            let namespace = fields["namespace"].map { name($0, of: "a namespace") } ?? "default"
            let datacenter = fields["datacenter"].flatMap { name($0, of: "a datacenter") }
            guard let name = name(value, of: "a service's name"), let namespace else { return nil }
            return .service(namespace: namespace, datacenter: datacenter, name: name)
        case "spiffe": return testSPIFFEID(value).map { .spiffe($0) }
        case "user": return text(value, of: "a user's name").map { .user($0) }
        case "key": return text(value, of: "a key's id").map { .key($0) }
        case "operator": return name(value, of: "an operator's name").map { .operator($0) }
        default:
            if case .scalar(let scalar) = value.content, scalar.type == .truth,
                scalar.text == "true"
            {
                return .anonymous
            }
            reportType(value, expected: "anonymous: true")
            return nil
        }
    }

    private mutating func testSPIFFEID(_ node: DocumentNode) -> SPIFFEID? {
        let what = "a SPIFFE ID"
        guard let text = text(node, of: what, bytesMax: PolicyLimits.spiffeIDBytesMax) else {
            return nil
        }
        do {
            return try SPIFFEID(
                parsing: SPIFFEPattern.replacingPlaceholder(in: text, with: trustDomain))
        } catch {
            report(
                .invalidValue, node.mark, "\(quoted(text)) is not a SPIFFE ID: \(error)")
            return nil
        }
    }

    private mutating func testAddress(_ node: DocumentNode) -> IPAddress? {
        guard let text = literal(node, of: "an address") else { return nil }
        if let address = IPAddress(parsing: text) { return address }
        report(.invalidValue, node.mark, "\(quoted(text)) is not an IP address")
        return nil
    }

    private mutating func testRoles(_ node: DocumentNode?) -> [String] {
        var roles: [String] = []
        for item in list(node) ?? [] {
            guard let role = name(item, of: "a role's name") else { continue }
            roles.append(role)
            declarations.testRoles.append(Located(value: role, location: location(item.mark)))
        }
        return roles
    }

    private mutating func texts(_ node: DocumentNode?, of what: String) -> [String] {
        var texts: [String] = []
        for item in list(node) ?? [] {
            if let text = text(item, of: what) { texts.append(text) }
        }
        return texts
    }
}
