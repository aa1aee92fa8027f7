package import Audit
package import Policy

/// A slow operation that has to know what its asker may, or by what they are known.
package protocol AskerOperation: GatewayOperation {
    /// Why it may not be done although policy allows the action; asked before its intent is recorded, since what begins in the log is
    /// done by the next start if its end is missing there.
    func fault(for asker: Asker, in services: Services) -> Problem?
    /// Does it for the asker, as the policy in force sees them; otherwise as a slow operation does.
    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem>
}

extension AskerOperation {
    package func fault(for asker: Asker, in services: Services) -> Problem? { nil }
}
