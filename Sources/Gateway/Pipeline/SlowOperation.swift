package import Audit
package import Policy

/// An operation that waits for others (a directory, an identity provider, a disk) and has to know what its asker may, or by what
/// they are known.
///
/// It never changes the catalogue; that is for the fast lane, whose tickets must not be held for long.
package protocol AskerOperation: GatewayOperation {
    /// Why it may not be done although policy allows the action; asked before its intent is recorded, since what begins in the log is
    /// done by the next start if its end is missing there.
    func fault(for asker: Asker, in services: Services) -> Problem?
    /// Of whose certificates nothing may be allowed behind its record, see ``LiveIndex``; once that is on disk, it is done whatever
    /// happens.
    var suspends: LiveOwner? { get }
    /// Does it for the asker, as the policy in force sees them; a cancelled task means that nobody waits any more or that its time is up.
    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem>
}

extension AskerOperation {
    package func fault(for asker: Asker, in services: Services) -> Problem? { nil }
    package var suspends: LiveOwner? { nil }
}

/// The same for one that is done alike whoever asks.
package protocol SlowOperation: AskerOperation {
    /// Does it.
    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem>
}

extension SlowOperation {
    package func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        await act(permit: permit, receipt: receipt, in: services)
    }
}
