public import Policy
public import Text

/// Somebody who takes part in an erasure: an operator by certificate, or a user who is signed on.
///
/// Two of them have to be two people, and neither the one who is erased. By how many names and credentials somebody comes is not known
/// here, so whoever is called alike counts as one: refusing too often costs a third colleague, the other way round nothing would be left of
/// the rule.
public struct ErasureOperator: Sendable, Equatable {
    /// The kind of principal.
    public let kind: Principal.Kind
    /// Its id.
    public let id: String

    /// The operator that a principal is; nil for API keys and services, which nobody says of who is behind them, and for nobody.
    public init?(_ principal: Principal) {
        switch principal.kind {
        case .operator, .user: (kind, id) = (principal.kind, principal.id)
        case .key, .service, .anonymous: return nil
        }
    }

    /// As a record names one.
    init?(kind: String, id: String) {
        guard let kind = Principal.Kind(rawValue: kind) else { return nil }
        self.init(Principal(kind: kind, id: id, authentication: .none))
    }

    /// Whether both may be one person.
    public func isLike(_ other: ErasureOperator) -> Bool { name == other.name }

    /// Whether it may be the user of that name.
    public func isLike(user: String) -> Bool { name == Self.own(user) }

    /// The name of a user that failures to sign on are counted by.
    public static func account(of user: String) -> FoldedName { own(user) }

    private var name: FoldedName { Self.own(id) }

    /// What somebody is called apart from where: `alice` of `corp/alice@example.org`, `CORP\alice` and `spiffe://example.org/operator/alice`.
    static func own(_ id: String) -> FoldedName {
        let last = id.split(separator: "/").last ?? ""
        let bare = last.split(separator: "\\").last ?? ""
        return FoldedName(String(bare.prefix { $0 != "@" }))
    }
}
