internal import Audit
internal import Auth
internal import Logging
internal import Policy

/// How records hide who is behind a principal.
enum RecordSeal: Sendable {
    /// No person is: all stands in clear.
    case none
    /// The person of the principal's own id, or, for a key, its owner.
    case person(Person, hidesID: Bool)
    /// A person whose key could not be kept: nothing of them is written.
    case withheld

    func fragment(_ principal: PrincipalFields, _ client: ClientFields?) -> IdentityFragment {
        switch self {
        case .none: IdentityFragment(principal: principal, client: client)
        case .person(let person, let hidesID):
            IdentityFragment(
                principal: principal, client: client, person: person, hidesID: hidesID)
        case .withheld:
            IdentityFragment(principal: principal, client: client, person: Withheld())
        }
    }

    private struct Withheld: PersonalSeal {
        let pseudonym = "withheld"
        func seal(_ text: String, for member: String) -> String { "" }
    }
}

/// The persons that the log speaks of, and the keys that hide them there.
package struct RecordedPeople: Sendable {
    let persons: PersonVault
    let logger: Logger

    /// How records hide a principal; nil where somebody new has no key, since none can be kept.
    ///
    /// Whoever is known is found in memory.
    func seal(of principal: Principal) -> RecordSeal? {
        do {
            guard let person = try persons.person(behind: principal) else { return RecordSeal.none }
            return .person(person, hidesID: principal.kind == .user)
        } catch {
            logger.error("\(error)")
            return nil
        }
    }
}

extension PersonVault {
    /// Who asked for what a record says, where that can be told.
    func principal(of record: ReplayedRecord) -> (kind: String, id: String)? {
        if let known = record.principal { return known }
        guard let (kind, id) = record.person,
            let name = open(id.sealed, of: id.pseudonym, for: "principal.id")
        else { return nil }
        return (kind, name)
    }
}
