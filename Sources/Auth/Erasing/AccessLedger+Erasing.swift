internal import NIOConcurrencyHelpers
internal import Policy
internal import Text

/// What of locks and given roles is of persons who are erased.
extension AccessLedger {
    /// Forgets the roles that somebody was given, and the names of locks on them; the locks hold.
    func forget(_ person: ErasedPerson) {
        state.withLockedValue { state in
            let kind = Principal.Kind.user.rawValue
            state.roles = state.roles.filter { entry in
                let user: ExactText = entry.key
                return !person.isPrincipal(kind: kind, id: user.text)
            }
            for (id, lock) in state.locks {
                guard case .user(let name)? = lock.target,
                    person.isPrincipal(kind: kind, id: name)
                else { continue }
                state.locks[id] = lock.ofSomebodyErased(LockedName(name))
            }
            state.changed()
        }
    }

    /// The names, as they were written, of locks in force that catch a user: they may stand under names of their own in the log.
    public func names(ofLocksOn user: String) -> [String] {
        let user = Principal(kind: .user, id: user, authentication: .none)
        let targets = state.withLockedValue { $0.locks.values.compactMap(\.target) }
        return targets.compactMap { target in
            guard case .user(let name) = target,
                PolicyOverlay(locks: [("", target)]).lock(on: user) != nil
            else { return nil }
            return name
        }
    }
}

extension Lock {
    fileprivate func ofSomebodyErased(_ name: LockedName) -> Lock {
        Lock(
            id: id, kind: kind, target: nil, name: name, reason: nil, sequence: sequence,
            madeNanoseconds: madeNanoseconds, endsNanoseconds: endsNanoseconds)
    }
}
