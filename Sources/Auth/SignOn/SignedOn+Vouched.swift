internal import Policy
internal import Text

extension SignedOn {
    /// Somebody whom a provider vouches for.
    ///
    /// - Throws: ``ProviderFault/refused(code:reason:)`` where they can't be named, or their groups are too many to be judged by.
    package init(
        _ person: VouchedPerson, by provider: any PersonProvider
    ) throws(ProviderFault) {
        try Self.check(person)
        var principal = Principal(
            kind: .user, id: "\(provider.name)/\(person.name)",
            authentication: provider.kind.authentication)
        principal.membership = Membership(
            provider: provider.name, isOnlyProvider: false, groups: person.groups)
        principal.ldapGroups = person.ldapGroups
        principal.samlGroups = person.samlGroups
        principal.oidcClaims = person.claims
        principal.directRoles = person.roles.filter { role in
            provider.rolesAllowed.contains { $0.isExactly(role) }
        }
        var proof = SessionProof(method: provider.kind.method)
        proof.provider = provider.name
        proof.issuer = provider.authority
        proof.subject = person.handle.subject
        proof.providerSession = person.handle.session
        self.init(principal: principal, proof: proof, endsNanoseconds: person.endsNanoseconds)
    }

    private static func check(_ person: VouchedPerson) throws(ProviderFault) {
        guard (1...TokenLimits.nameBytesMax).contains(person.name.utf8.count),
            person.name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else {
            throw .refused(
                code: "name_unusable", reason: "the provider's name for them is no line of text")
        }
        let lists = [
            person.groups.count, person.ldapGroups.count, person.samlGroups.count,
            person.claims.count, person.roles.count,
        ]
        guard lists.allSatisfy({ $0 <= SignOnLimits.groupsMax }) else {
            throw .refused(
                code: "too_many_groups",
                reason: "more than \(SignOnLimits.groupsMax) groups, claims or roles")
        }
    }
}
