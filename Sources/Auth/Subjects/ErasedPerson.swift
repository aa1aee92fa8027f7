public import Policy

/// Somebody who is to be erased: known by digests of the names that they stand under, since of the names nothing is kept.
public struct ErasedPerson: Sendable, Equatable {
    let names: Set<PersonName>
    /// What stands for them in the log.
    public let pseudonyms: [String]

    /// Whether a principal of this kind and id is the one.
    public func isPrincipal(kind: String, id: String) -> Bool {
        guard kind.utf8.elementsEqual(Principal.Kind.user.rawValue.utf8) else { return false }
        return names.contains(PersonName(kind: .user, id: id))
    }

    /// Whether a principal is the one, or a key of theirs.
    public func isBehind(_ principal: Principal) -> Bool {
        PersonName(behind: principal).map(names.contains) ?? false
    }

    /// What the catalogue knows them by.
    public var digests: Set<PrincipalDigest> {
        // Both are of the same text, see `PrincipalDigest`.
        Set(names.compactMap { PrincipalDigest(bytes: Array($0.bytes.prefix(16))) })
    }

    /// Whether it is nobody.
    public var isNobody: Bool { names.isEmpty }
}
