import Text

/// Finds the lock that is on a principal without looking at all locks.
struct LockIndex: Sendable {
    private enum Key: Hashable {
        case user(FoldedName), issuer(FoldedName)
        case key(ExactText), role(ExactText), spiffe(ExactText)
        case service(ExactText)
        case erased(LockedName)
    }

    /// The locks' ids.
    private var locks: [Key: String] = [:]
    private(set) var hasRoles = false
    private var hasErased = false

    var isEmpty: Bool { locks.isEmpty }

    /// Takes locks; of several on one, the first is named.
    init(_ all: [(id: String, target: LockTarget)] = []) {
        for (id, target) in all {
            if case .role = target { hasRoles = true }
            if case .erased = target { hasErased = true }
            let key = Self.key(of: target)
            if locks[key] == nil { locks[key] = id }
        }
    }

    private static func key(of target: LockTarget) -> Key {
        switch target {
        case .user(let name): .user(FoldedName(name))
        case .key(let id): .key(ExactText(id))
        case .role(let name): .role(ExactText(name))
        case .service(let namespace, let name): .service(ExactText(joining: [namespace, name]))
        case .spiffe(let id): .spiffe(ExactText(id.description))
        case .issuer(let name): .issuer(FoldedName(name))
        case .erased(let name): .erased(name)
        }
    }

    /// The lock that is on a principal or, for a key, on its owner; nil if none is.
    func lock(on principal: Principal) -> String? {
        if isEmpty { return nil }
        return own(principal) ?? principal.owner.flatMap { own($0.principal) }
    }

    /// The lock that is on a role.
    func lock(onRole name: String) -> String? { hasRoles ? locks[.role(ExactText(name))] : nil }

    private func own(_ principal: Principal) -> String? {
        keys(of: principal).lazy.compactMap { locks[$0] }.first
    }

    /// By what a principal is locked: as with a deny, spellings are one, and a user's name is the same with every provider.
    private func keys(of principal: Principal) -> [Key] {
        let names = principal.userNames(isDeny: true)
        var keys = names.map { Key.user(FoldedName($0)) }
        // A digest of each, where that is all there is to compare.
        if hasErased { keys += names.map { Key.erased(LockedName($0)) } }
        if principal.kind == .key { keys.append(.key(ExactText(principal.id))) }
        if let service = principal.service {
            keys.append(.service(ExactText(joining: [service.namespace, service.service])))
        }
        if let id = principal.spiffeID { keys.append(.spiffe(ExactText(id.description))) }
        if let provider = principal.membership?.provider {
            keys.append(.issuer(FoldedName(provider)))
        }
        return keys
    }
}
