public import Audit
public import Policy

extension JWTSVIDAuthority {
    /// Issues a workload's token to the agent that its entry names.
    ///
    /// The permit must be for `identity.attest` on the entry's number.
    /// - Throws: `AgentRefusal`.
    public func issue(
        entry entryID: String, agent: String, audience: [String], entries: EntryCatalogue,
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
    ) throws(AgentRefusal) -> IssuedJWTSVID {
        guard permit.decisionID == receipt.decisionID,
            permit.operation.action == .identityAttest, permit.operation.resource.id == entryID
        else {
            throw .pki(.unproven("permit and receipt are not for identity.attest of \(entryID)"))
        }
        let entry: RegistrationEntry
        do throws(EntryRefusal) {
            entry = try entries.entry(entryID, for: agent)
        } catch {
            throw .entry(error)
        }
        do throws(PKIError) {
            return try sign(
                entry.spiffeID, audience: audience,
                ttlSeconds: entry.jwtTTLSeconds ?? PKILimits.tokenTTLSecondsDefault,
                nowNanoseconds: nowNanoseconds)
        } catch {
            throw .pki(error)
        }
    }
}
