import NIOConcurrencyHelpers
import Policy

/// How many registrations each principal has, and how many there are in each namespace.
///
/// A registration is its principal's who last registered it, and counts until it is taken away: ended leases count until a
/// sweep takes the instance. A change of the counts looks at two of them, however many there are.
///
/// INVARIANT: called under the lock of the instance's service, so that counts and instances agree.
final class Holdings: Sendable {
    fileprivate struct Counts {
        var principals: [PrincipalDigest: Int] = [:]
        var namespaces: [String: Int] = [:]
        var reserved: [InstanceKey: Reservation] = [:]
    }

    /// What is counted already of a registration that is judged and not done yet.
    fileprivate struct Reservation {
        var owner: PrincipalDigest?
        var namespace: String?
    }

    private let quotas: RegistrationQuotas
    private let counts = NIOLockedValueBox(Counts())

    init(_ quotas: RegistrationQuotas = RegistrationQuotas()) {
        self.quotas = quotas
    }

    /// Counts a registration before it is recorded, so that what is recorded is never refused for a quota.
    ///
    /// INVARIANT: called with the claim of the instance, which gives back what `enter` has not used, see ``InstanceClaims``.
    ///
    /// - Returns: The quota that has no room for it; then nothing is counted.
    func reserve(
        _ key: InstanceKey, for owner: PrincipalDigest, inPlaceOf existing: Instance?
    ) -> FullQuota? {
        counts.withLockedValue { counts in
            counts.giveBack(key)
            var reservation = Reservation()
            if existing == nil || existing?.owner != owner {
                let isNew = existing == nil
                if let full = full(counts, owner, isNew ? key.service.namespace : nil) {
                    return full
                }
                reservation.owner = owner
                if isNew { reservation.namespace = key.service.namespace }
            }
            counts.add(reservation)
            counts.reserved[key] = reservation
            return nil
        }
    }

    /// Gives back what was counted of a registration that was not done.
    func release(_ key: InstanceKey) {
        _ = counts.withLockedValue { $0.giveBack(key) }
    }

    /// Counts an instance that comes, or that takes the place of another of its name.
    ///
    /// What replaces its own principal's counts once, so it is never refused; nor is what was counted before.
    ///
    /// - Returns: The quota that has no room for it, where quotas hold; then nothing is counted.
    func enter(_ instance: Instance, inPlaceOf existing: Instance?, limited: Bool) -> FullQuota? {
        let namespace = instance.registration.namespace
        return counts.withLockedValue { counts in
            let isReserved = counts.giveBack(instance.registration.key)
            guard existing == nil || existing?.owner != instance.owner else { return nil }
            if limited, !isReserved,
                let full = full(counts, instance.owner, existing == nil ? namespace : nil)
            {
                return full
            }
            if let owner = instance.owner { counts.principals[owner, default: 0] += 1 }
            if let existing {
                counts.principals.takeOne(of: existing.owner)
            } else {
                counts.namespaces[namespace, default: 0] += 1
            }
            return nil
        }
    }

    /// The quota that has no room for one more of these.
    private func full(
        _ counts: Counts, _ owner: PrincipalDigest?, _ namespace: String?
    ) -> FullQuota? {
        if let owner, counts.principals[owner] ?? 0 >= quotas.perPrincipal {
            return .principal(limit: quotas.perPrincipal)
        }
        if let namespace, counts.namespaces[namespace] ?? 0 >= quotas.perNamespace {
            return .namespace(limit: quotas.perNamespace)
        }
        return nil
    }

    /// Gives back what an instance counted that is taken away.
    func leave(_ instance: Instance) {
        counts.withLockedValue { counts in
            counts.principals.takeOne(of: instance.owner)
            counts.namespaces.takeOne(of: instance.registration.namespace)
        }
    }

    /// Counts nothing of some principals any more: what was theirs is nobody's.
    func forget(_ owners: Set<PrincipalDigest>) {
        counts.withLockedValue { counts in
            for owner in owners { counts.principals[owner] = nil }
            for (key, reservation) in counts.reserved {
                if let owner = reservation.owner, owners.contains(owner) {
                    counts.reserved[key]?.owner = nil
                }
            }
        }
    }

    /// How many registrations a principal has.
    func count(of principal: PrincipalDigest) -> Int {
        counts.withLockedValue { $0.principals[principal] ?? 0 }
    }

    /// How many registrations there are in a namespace.
    func count(in namespace: String) -> Int {
        counts.withLockedValue { $0.namespaces[namespace] ?? 0 }
    }

    /// How many principals and namespaces have a count.
    var size: Int { counts.withLockedValue { $0.principals.count + $0.namespaces.count } }
}

extension Holdings.Counts {
    fileprivate mutating func add(_ reservation: Holdings.Reservation) {
        if let owner = reservation.owner { principals[owner, default: 0] += 1 }
        if let namespace = reservation.namespace { namespaces[namespace, default: 0] += 1 }
    }

    /// Says whether there was anything to give back.
    @discardableResult
    fileprivate mutating func giveBack(_ key: InstanceKey) -> Bool {
        guard let reservation = reserved.removeValue(forKey: key) else { return false }
        principals.takeOne(of: reservation.owner)
        if let namespace = reservation.namespace { namespaces.takeOne(of: namespace) }
        return true
    }
}

extension [PrincipalDigest: Int] {
    fileprivate mutating func takeOne(of owner: PrincipalDigest?) {
        if let owner { self[owner] = self[owner].flatMap { $0 > 1 ? $0 - 1 : nil } }
    }
}

extension [String: Int] {
    fileprivate mutating func takeOne(of name: String) {
        self[name] = self[name].flatMap { $0 > 1 ? $0 - 1 : nil }
    }
}
