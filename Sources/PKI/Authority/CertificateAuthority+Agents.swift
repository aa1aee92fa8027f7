public import Audit
public import Policy

/// What lets an agent have its own identity.
public enum AgentProof: Sendable {
    /// A join token, which is used up by it.
    case joinToken(String)
    /// The agent's own SVID, or a principal that policy trusts to name agents; checked by the caller.
    case principal
}

extension CertificateAuthority {
    /// Issues an agent its own identity, `spiffe://<trust domain>/agent/<name>`.
    ///
    /// The permit must be for `identity.attest` on that agent's name.
    /// - Throws: `AgentRefusal`.
    public func issue(
        _ request: ParsedCSR, toAgent name: String, proof: AgentProof,
        entries: EntryCatalogue, ttlSeconds: Int, permit: consuming Permit,
        receipt: consuming Receipt, nowNanoseconds: Int64
    ) throws(AgentRefusal) -> IssuedSVID {
        try Self.prove(permit, receipt, id: name)
        let sequence = receipt.sequence
        guard let id = AgentNames.spiffeID(name, trustDomain: trustDomain),
            request.spiffeID == id
        else {
            throw .pki(
                .notIssued("the request asks for \(request.spiffeID.description.quotedForPeople)"))
        }
        if case .joinToken(let token) = proof {
            let agent: String
            do throws(EntryRefusal) {
                agent = try entries.redeem(token, nowNanoseconds: nowNanoseconds)
            } catch {
                throw .entry(error)
            }
            guard agent == name else { throw .entry(.unknownToken) }
        }
        return try signed(request, id, ttlSeconds, sequence, nowNanoseconds)
    }

    /// Issues a workload's identity to the agent that its entry names.
    ///
    /// The permit must be for `identity.attest` on the entry's number.
    /// - Throws: `AgentRefusal`.
    public func issue(
        _ request: ParsedCSR, entry entryID: String, agent: String, entries: EntryCatalogue,
        ttlSecondsDefault: Int, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds: Int64
    ) throws(AgentRefusal) -> IssuedSVID {
        try Self.prove(permit, receipt, id: entryID)
        let sequence = receipt.sequence
        let entry: RegistrationEntry
        do throws(EntryRefusal) {
            entry = try entries.entry(entryID, for: agent)
        } catch {
            throw .entry(error)
        }
        guard request.spiffeID == entry.spiffeID else {
            throw .pki(
                .notIssued("the request asks for \(request.spiffeID.description.quotedForPeople)"))
        }
        return try signed(
            request, entry.spiffeID, entry.x509TTLSeconds ?? ttlSecondsDefault, sequence,
            nowNanoseconds)
    }

    private func signed(
        _ request: ParsedCSR, _ id: SPIFFEID, _ ttlSeconds: Int, _ sequence: UInt64, _ now: Int64
    ) throws(AgentRefusal) -> IssuedSVID {
        do throws(PKIError) {
            return try sign(
                key: request.publicKey, subjectPublicKeyInfo: request.subjectPublicKeyInfo,
                id: id, names: [], ttlSeconds: ttlSeconds, ttlSecondsMax: rules.ttlSecondsMax,
                sequence: sequence, nowNanoseconds: now)
        } catch {
            throw .pki(error)
        }
    }

    private static func prove(
        _ permit: borrowing Permit, _ receipt: borrowing Receipt, id: String
    ) throws(AgentRefusal) {
        guard permit.decisionID == receipt.decisionID,
            permit.operation.action == .identityAttest, permit.operation.resource.id == id
        else { throw .pki(.unproven("permit and receipt are not for identity.attest of \(id)")) }
    }
}

/// Why an agent does not get an identity.
public enum AgentRefusal: Error, Equatable, Sendable {
    /// The authority does not issue it.
    case pki(PKIError)
    /// The entry or token does not allow it.
    case entry(EntryRefusal)
}
