import NIOConcurrencyHelpers
import Policy

/// How many registrations each principal has, and how many there are in each namespace.
///
/// A registration is its principal's who last registered it, and counts until it is taken away: ended leases count until a
/// sweep takes the instance. A change of the counts looks at two of them, however many there are.
///
/// INVARIANT: called under the lock of the instance's service, so that counts and instances agree.
final class Holdings: Sendable {
    private struct Counts {
        var principals: [PrincipalDigest: Int] = [:]
        var namespaces: [String: Int] = [:]
    }

    private let quotas: RegistrationQuotas
    private let counts = NIOLockedValueBox(Counts())

    init(_ quotas: RegistrationQuotas = RegistrationQuotas()) {
        self.quotas = quotas
    }

    /// Counts an instance that comes, or that takes the place of another of its name.
    ///
    /// What replaces its own principal's counts once, so it is never refused.
    ///
    /// - Returns: The quota that has no room for it, where quotas hold; then nothing is counted.
    func enter(_ instance: Instance, inPlaceOf existing: Instance?, limited: Bool) -> FullQuota? {
        guard existing == nil || existing?.owner != instance.owner else { return nil }
        let namespace = instance.registration.namespace
        return counts.withLockedValue { counts in
            let own = instance.owner.flatMap { counts.principals[$0] } ?? 0
            let all = counts.namespaces[namespace] ?? 0
            if limited, instance.owner != nil, own >= quotas.perPrincipal {
                return .principal(limit: quotas.perPrincipal)
            }
            if limited, existing == nil, all >= quotas.perNamespace {
                return .namespace(limit: quotas.perNamespace)
            }
            if let owner = instance.owner { counts.principals[owner] = own + 1 }
            if let existing {
                counts.principals.takeOne(of: existing.owner)
            } else {
                counts.namespaces[namespace] = all + 1
            }
            return nil
        }
    }

    /// Gives back what an instance counted that is taken away.
    func leave(_ instance: Instance) {
        counts.withLockedValue { counts in
            counts.principals.takeOne(of: instance.owner)
            counts.namespaces.takeOne(of: instance.registration.namespace)
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
