package import Audit
package import Policy

/// A slow operation that has to know what its asker may, or by what they are known.
package protocol AskerOperation: GatewayOperation {
    /// Does it for the asker, as the policy in force sees them; otherwise as a slow operation does.
    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem>
}
