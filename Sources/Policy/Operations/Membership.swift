import Text

/// The provider that vouches for a principal, and the groups that it says the principal is in.
///
/// A class, so that every principal without one is no larger for it.
public final class Membership: Sendable {
    /// The provider's name; empty where a policy's embedded test names none.
    public let provider: String
    /// Whether no other provider of users is configured, so that policies may leave its name out.
    public let isOnlyProvider: Bool
    /// The groups, by the names that they have there.
    public let groups: [String]

    /// Makes a membership.
    public init(provider: String, isOnlyProvider: Bool, groups: [String] = []) {
        self.provider = provider
        self.isOnlyProvider = isOnlyProvider
        self.groups = groups
    }
}

extension Membership: Equatable {
    /// Whether all parts have the same code units.
    public static func == (left: Membership, right: Membership) -> Bool {
        left === right
            || left.provider.isExactly(right.provider)
                && left.isOnlyProvider == right.isOnlyProvider
                && left.groups.elementsEqual(right.groups) { $0.isExactly($1) }
    }
}

extension Principal {
    /// What policies call the user: `PROVIDER/NAME`, and `NAME` where no other provider is configured.
    ///
    /// A deny that names no provider (`isDeny`) catches users of that name of every provider.
    func userNames(isDeny: Bool) -> [String] {
        guard kind == .user else { return [] }
        guard let membership, !membership.provider.isEmpty else { return [id] }
        let prefix = membership.provider.utf8.count + 1
        let name = String(decoding: id.utf8.dropFirst(prefix), as: UTF8.self)
        return [id] + membership.short(name, isDeny: isDeny)
    }

    /// What policies call the principal's groups, of whatever sort: the same as for users.
    func groupNames(isDeny: Bool) -> [String] {
        var names = ldapGroups + samlGroups
        guard let membership else {
            // Only a policy's embedded tests make claims without a provider.
            return names + oidcClaims.filter { $0.claim.isExactly("groups") }.map(\.value)
        }
        for group in membership.groups {
            if !membership.provider.isEmpty { names.append("\(membership.provider)/\(group)") }
            names += membership.short(group, isDeny: isDeny)
        }
        return names
    }
}

extension Membership {
    /// The name by itself, where that may stand for it.
    ///
    /// INVARIANT: with a slash in it, it could be read as another provider's.
    fileprivate func short(_ name: String, isDeny: Bool) -> [String] {
        isDeny || (isOnlyProvider && !name.utf8.contains(UInt8(ascii: "/"))) ? [name] : []
    }
}
