/// What a credential proved, and its principal's standing under the policy in force.
final class KnownCredential {
    let proof: CredentialMemory.Proof
    private(set) var last: Standing?
    private var agentNumber = 0

    init(_ proof: CredentialMemory.Proof) {
        self.proof = proof
    }

    /// Made anew when the policy or the client's agent changes.
    @inline(__always)
    func standing(_ client: ClientFacts, _ active: ActivePolicy) -> Standing {
        if let last, last.active === active, agentNumber == client.agentNumber { return last }
        return resolve(client, active)
    }

    @inline(never)
    private func resolve(_ client: ClientFacts, _ active: ActivePolicy) -> Standing {
        // Nobody has no rate of its own, but that of the place.
        let made = Standing(
            active, proof.subject(under: active), client.fields, seal: proof.seal,
            rate: proof.rate ?? client.rate, terms: proof.terms, evidence: proof.evidence)
        last = made
        agentNumber = client.agentNumber
        return made
    }
}
