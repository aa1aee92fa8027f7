internal import Policy
internal import StrictJSON
internal import Text

/// Makes somebody out of claims that a provider vouches for.
struct PersonClaims {
    let settings: OpenIDSettings

    /// Who the claims name, as a principal of the provider.
    ///
    /// - Throws: ``OpenIDRefusal``.
    func principal(_ claims: JSONValue) throws(OpenIDRefusal) -> Principal {
        try checkMail(claims)
        do throws(TokenRefusal) {
            for bound in settings.claims {
                guard
                    ClaimRules.values(bound.path.value(in: claims)).contains(
                        where: bound.values.match)
                else { throw TokenRefusal.claims }
            }
            return try ClaimMapper(
                issuer: settings.tokenIssuer,
                naming: ServiceNaming(trustDomain: "", datacenter: ""), isOnlyProvider: false
            ).principal(claims)
        } catch {
            throw .token(error)
        }
    }

    /// Claims of an ID token, and those that it lacks from the userinfo (OpenID Connect Core 1.0 section 5.3.2).
    ///
    /// - Throws: ``OpenIDRefusal/otherPerson`` where the userinfo is not of the same person.
    static func merged(
        _ token: JSONValue, _ userInfo: JSONValue
    ) throws(OpenIDRefusal) -> JSONValue {
        guard let subject = token["sub"]?.string,
            userInfo["sub"]?.string?.isExactly(subject) == true
        else { throw .otherPerson }
        guard case .object(let own) = token, case .object(let more) = userInfo else { return token }
        let names = Set(own.map { ExactText($0.name) })
        return .object(own + more.filter { !names.contains(ExactText($0.name)) })
    }

    /// Who is known by a mail address must own it: verified, and one name at one domain.
    private func checkMail(_ claims: JSONValue) throws(OpenIDRefusal) {
        guard settings.mapping.user.text.isExactly("email") else { return }
        guard let mail = claims["email"]?.string else { throw .token(.subject) }
        let parts = mail.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
            mail.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { throw .emailMalformed }
        guard claims["email_verified"] == .bool(true) else { throw .emailUnverified }
    }
}
