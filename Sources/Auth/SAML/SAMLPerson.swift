internal import Policy
package import SAML
internal import Text

/// Who a verified assertion names, by a provider's mapping.
package enum SAMLPerson {
    /// The person.
    ///
    /// - Throws: ``SAMLRefusal/claims(_:)`` where the attribute that names them is missing or no single line of text.
    package static func named(
        by assertion: SAMLAssertion, of settings: SAMLSettings, nowNanoseconds now: Int64
    ) throws(SAMLRefusal) -> VouchedPerson {
        var person = VouchedPerson(
            name: try name(assertion, settings),
            handle: ProviderHandle(
                subject: SAMLHandle.subject(assertion.nameID, at: assertion.issuer),
                session: assertion.sessionIndex.map {
                    SAMLHandle.session($0, at: assertion.issuer)
                }))
        person.groups = values(settings.groupsAttribute, assertion).filter { group in
            settings.groupsAllowed.isEmpty || settings.groupsAllowed.match(group)
        }
        person.samlGroups = person.groups
        if let roles = settings.rolesAttribute { person.roles = values(roles, assertion) }
        let most = now.addingReportingOverflow(settings.sessionSeconds * 1_000_000_000)
        let ends = [
            most.overflow ? Int64.max : most.partialValue,
            assertion.sessionEnd.map { $0.multipliedReportingOverflow(by: 1_000_000_000) }.map {
                $0.overflow ? Int64.max : $0.partialValue
            } ?? .max,
        ]
        person.endsNanoseconds = ends.min()
        return person
    }

    private static func name(
        _ assertion: SAMLAssertion, _ settings: SAMLSettings
    ) throws(SAMLRefusal) -> String {
        guard let attribute = settings.userAttribute else { return try stable(assertion.nameID) }
        let values = values(attribute, assertion)
        guard values.count == 1, let name = values.first, !name.isEmpty else {
            throw .claims("the attribute that names the user has not exactly one value")
        }
        return name
    }

    /// A transient name is another one each time, so it names nobody (SAML Core section 8.3.8).
    private static func stable(_ name: SAMLAssertion.NameID) throws(SAMLRefusal) -> String {
        guard name.format != "urn:oasis:names:tc:SAML:2.0:nameid-format:transient" else {
            throw .claims("the NameID is transient: name an attribute by user_attribute")
        }
        return name.value
    }

    /// The values of an attribute, by its name or, where no attribute has that, its name for people; those too long for a policy are left out.
    private static func values(_ name: String, _ assertion: SAMLAssertion) -> [String] {
        let named = assertion.attributes.filter { $0.name.isExactly(name) }
        let found =
            named.isEmpty
            ? assertion.attributes.filter { $0.friendlyName?.isExactly(name) == true } : named
        return found.flatMap(\.values).filter {
            !$0.isEmpty && $0.utf8.count <= PolicyLimits.subjectBytesMax
        }
    }
}
