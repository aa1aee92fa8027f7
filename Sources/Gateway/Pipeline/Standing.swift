internal import Audit
internal import Auth
internal import Policy

/// A principal under one policy: what it may be judged by, and how records name it.
///
/// A class, since a subject has a dozen parts to count references of.
final class Standing: Sendable {
    let active: ActivePolicy
    let subject: Subject
    let identity: IdentityFragment
    /// How much it may ask; nil for callers within the process.
    let rate: RateMeters?
    /// What its credential counts its requests by; nil where it has none of its own.
    let terms: (any CredentialTerms)?
    /// What its credential is called; nil for callers within the process.
    let evidence: CredentialEvidence?
    private let client: ClientFields
    private let seal: RecordSeal

    init(
        _ active: ActivePolicy, _ subject: Subject, _ client: ClientFields, seal: RecordSeal,
        rate: RateMeters? = nil, terms: (any CredentialTerms)? = nil,
        evidence: CredentialEvidence? = nil
    ) {
        self.evidence = evidence
        self.active = active
        self.subject = subject
        self.client = client
        self.seal = seal
        self.rate = rate
        self.terms = terms
        identity = seal.fragment(
            PrincipalFields(subject.principal, roles: subject.roles), client)
    }

    /// What the certificate belongs to that its credential came from; nothing where that is no certificate.
    var certificateOwners: [LiveOwner] {
        (terms?.certificateTraits ?? []).map { LiveOwner($0) }
    }

    /// The same as records name it who hides it otherwise.
    func hidden(_ seal: RecordSeal) -> Standing {
        Standing(
            active, subject, client, seal: seal, rate: rate, terms: terms, evidence: evidence)
    }

    /// The same principal under another policy; resolves it anew, which may take milliseconds.
    func renewed(under active: ActivePolicy) -> Standing {
        Standing(
            active, active.subject(for: subject.principal), client, seal: seal, rate: rate,
            terms: terms, evidence: evidence)
    }
}
