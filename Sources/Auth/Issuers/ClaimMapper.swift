internal import Policy
internal import StrictJSON
internal import Text

/// Makes the principal that a token's claims name, by the issuer's mapping.
struct ClaimMapper {
    let issuer: TokenIssuer
    let naming: ServiceNaming
    /// Whether no other provider of users is configured, so that policies may leave its name out.
    let isOnlyProvider: Bool

    func principal(_ claims: JSONValue) throws(TokenRefusal) -> Principal {
        try checkOverage(claims)
        let mapping = issuer.mapping
        var principal =
            if let named = mapping.service { try service(named, claims) } else { try user(claims) }
        principal.oidcClaims = policyClaims(claims)
        let groups = try list(mapping.groups, without: mapping.groupsPrefix, of: claims)
        principal.membership = Membership(
            provider: issuer.name, isOnlyProvider: isOnlyProvider,
            groups: mapping.groupsAllowed.isEmpty
                ? groups : groups.filter(mapping.groupsAllowed.match))
        if let roles = mapping.roles {
            principal.directRoles = try list(
                roles, without: mapping.rolesPrefix, of: claims
            ).filter { role in mapping.rolesAllowed.contains { $0.isExactly(role) } }
        }
        return principal
    }

    private func user(_ claims: JSONValue) throws(TokenRefusal) -> Principal {
        let name = try name(issuer.mapping.user, of: claims)
        return Principal(kind: .user, id: "\(issuer.name)/\(name)", authentication: .jwt)
    }

    private func service(
        _ mapping: ServiceMapping, _ claims: JSONValue
    ) throws(TokenRefusal) -> Principal {
        var identity = ServiceIdentity(
            trustDomain: naming.trustDomain, namespace: "default",
            datacenter: naming.datacenter, service: try name(mapping.name, of: claims))
        if let namespace = mapping.namespace {
            identity.namespace = try name(namespace, of: claims)
        }
        guard let id = try? naming.template.spiffeID(for: identity) else { throw .subject }
        return Principal(
            kind: .service, id: id.description, authentication: .jwt, spiffeID: id,
            service: identity)
    }

    /// A name that is one line of text.
    private func name(_ path: ClaimPath, of claims: JSONValue) throws(TokenRefusal) -> String {
        guard let text = path.text(in: claims),
            (1...TokenLimits.nameBytesMax).contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw .subject }
        return text
    }

    /// The texts of a list with a prefix taken away; those without it are left out, and those too long for a policy to name.
    private func list(
        _ path: ClaimPath, without prefix: String, of claims: JSONValue
    ) throws(TokenRefusal) -> [String] {
        guard let texts = path.texts(in: claims) else { throw .claims }
        return texts.compactMap { text in
            guard text.utf8.starts(with: prefix.utf8),
                text.utf8.count <= PolicyLimits.subjectBytesMax
            else { return nil }
            let rest = String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
            return rest.isEmpty ? nil : rest
        }
    }

    /// Groups that are said to be elsewhere are not no groups (OpenID Connect Core 5.6.2).
    private func checkOverage(_ claims: JSONValue) throws(TokenRefusal) {
        let roots = [issuer.mapping.groups.root] + (issuer.mapping.roles.map { [$0.root] } ?? [])
        if case .object(let elsewhere)? = claims["_claim_names"],
            elsewhere.contains(where: { member in roots.contains { $0.isExactly(member.name) } })
        {
            throw .overage
        }
        if claims["hasgroups"] == .bool(true), issuer.mapping.groups.value(in: claims) == nil {
            throw .overage
        }
    }

    /// The claims that bindings can name: texts and lists of texts, those inside of others by their pointer.
    ///
    /// Their number is bounded by that of the token's values.
    private func policyClaims(_ claims: JSONValue) -> [OIDCClaim] {
        var found: [OIDCClaim] = []
        guard case .object(let members) = claims else { return found }
        for member in members
        where !["iss", "aud", "jti", "cnf"].contains(member.name)
            && member.name.utf8.first != UInt8(ascii: "/")
        {
            collect(member.value, named: member.name, pointer: "", into: &found)
        }
        return found
    }

    private func collect(
        _ value: JSONValue, named name: String, pointer: String, into found: inout [OIDCClaim]
    ) {
        for text in ClaimRules.values(value) where text.utf8.count <= PolicyLimits.subjectBytesMax {
            found.append(OIDCClaim(issuer: issuer.issuer, claim: name, value: text))
        }
        guard case .object(let members) = value else { return }
        let place = pointer.isEmpty ? "/" + Self.step(name) : pointer
        for member in members {
            let inner = place + "/" + Self.step(member.name)
            collect(member.value, named: inner, pointer: inner, into: &found)
        }
    }

    private static func step(_ name: String) -> String {
        name.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}

/// How services of the own trust domain are named.
package struct ServiceNaming: Sendable {
    let trustDomain: String
    let datacenter: String
    let template: IdentityTemplate

    /// Names services by the usual template.
    package init(trustDomain: String, datacenter: String) {
        self.trustDomain = trustDomain
        self.datacenter = datacenter
        template = .consul
    }
}
