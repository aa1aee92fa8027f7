internal import Auth
internal import Crypto
internal import DequeModule
internal import Policy

/// Whose credentials were judged lately, whichever connections they came by.
///
/// Keeps digests, never a credential. One for each event loop and listener, confined to its loop, so that no lock is shared.
final class CredentialMemory {
    /// What a credential proved.
    final class Proof {
        let principal: Principal
        let validUntilNanoseconds: Int64
        /// The authenticators' generation when it was judged.
        let generation: UInt64
        /// How records hide whose it is.
        let seal: RecordSeal
        /// How much its principal may ask.
        let rate: RateMeters?
        /// What a connection must show for the credential to be good on it.
        let conditions: CredentialConditions
        /// What it hangs on besides.
        let terms: (any CredentialTerms)?
        /// What it is called, for whoever asks.
        let evidence: CredentialEvidence?
        /// The subject under the policy that was in force last.
        private var resolved: (epoch: Int, subject: Subject)?

        init(
            principal: Principal, validUntilNanoseconds: Int64, generation: UInt64,
            seal: RecordSeal, rate: RateMeters? = nil, conditions: CredentialConditions = .none,
            terms: (any CredentialTerms)? = nil, evidence: CredentialEvidence? = nil
        ) {
            self.principal = principal
            self.validUntilNanoseconds = validUntilNanoseconds
            self.generation = generation
            self.seal = seal
            self.rate = rate
            self.conditions = conditions
            self.terms = terms
            self.evidence = evidence
        }

        /// Resolved once a policy, whichever connections it comes by: under a large policy that takes its time.
        func subject(under active: ActivePolicy) -> Subject {
            if let resolved, resolved.epoch == active.epoch { return resolved.subject }
            let subject = active.subject(for: principal)
            resolved = (active.epoch, subject)
            return subject
        }

        func isGood(_ generation: UInt64, _ now: Int64) -> Bool {
            self.generation == generation && now < validUntilNanoseconds
        }
    }

    /// What no credential proves.
    let nobody = Proof(
        principal: .anonymous, validUntilNanoseconds: .max, generation: 0, seal: .none)
    let certificates = CertificateMemory()
    private let countMax: Int
    private var proofs: [SHA256Digest: Proof] = [:]
    private var oldestFirst = Deque<SHA256Digest>()

    init(countMax: Int = ConnectionLimits.credentialsKeptMax) {
        self.countMax = countMax
    }

    /// What is known of a credential, if it still holds.
    func proof(of digest: SHA256Digest, _ generation: UInt64, _ now: Int64) -> Proof? {
        proofs[digest].flatMap { $0.isGood(generation, now) ? $0 : nil }
    }

    /// Keeps what a credential proved; of too many, the oldest is forgotten.
    func keep(_ proof: Proof, of digest: SHA256Digest) {
        guard proofs.updateValue(proof, forKey: digest) == nil else { return }
        oldestFirst.append(digest)
        if oldestFirst.count > countMax, let oldest = oldestFirst.popFirst() {
            proofs[oldest] = nil
        }
    }
}
