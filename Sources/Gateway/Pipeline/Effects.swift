internal import Audit
internal import Auth
internal import PKI
package import Registry
package import Time

/// The parts of the gateway that operations read and change.
///
/// Each takes a permit and a receipt; having this opens nothing. A class, since every batch hands it on.
package final class Services: Sendable {
    package let registry: Registry
    let authority: CertificateAuthority
    let authorities: AuthorityDesk
    let operators: OperatorDesk
    /// Where it is waited for keys that are kept outside.
    let keyThreads: KeyThreads
    let keys: APIKeyRing
    let sessions: SessionRing
    /// Judges what people sign on with.
    let signOn: SignOnProofs
    /// Who vouches for people.
    let providers: PersonProviders
    /// Where people are sent to OpenID providers, and come back from.
    let openID: OpenIDDesk
    /// The same of SAML providers.
    let saml: SAMLDesk
    /// Sign-ons of programs that wait for a person.
    let devices: DeviceDesk
    let bootstrapFile: BootstrapFile
    /// Makes our own tokens.
    let tokens: TokenMint
    /// The lifetime of an SVID where the request names none.
    let svidTTLSeconds: Int
    let status: StatusSource
    /// What is revoked of issuers' tokens.
    let revocations: TokenRevocations
    /// What is revoked of certificates.
    let certificates: CertificateRevocations
    /// Who and what is locked, and the roles that users were given.
    let access: AccessLedger
    let policies: PolicyHolder
    /// Signs the log's ends, and proves by them.
    let checkpoints: CheckpointKeeper
    /// Has them signed by witnesses; nil where there are none.
    let witnesses: WitnessKeeper?
    /// Changes the keys that sign them.
    let logKeys: LogKeyDesk
    /// Erases persons.
    let erasures: ErasureDesk
    /// What of the log is kept whatever its retention says.
    package let holds: LegalHolds
    /// How often who failed to sign on.
    let lockout = Lockout()
    package let clocks: Clocks
    /// Whom records hide, and how.
    package let people: RecordedPeople
    /// What is live of whom.
    package let live = LiveIndex()
    /// Who hears when the trust has changed.
    let trustChanges = TrustChanges()

    init(
        registry: Registry, authority: CertificateAuthority, authorities: AuthorityDesk,
        operators: OperatorDesk, keyThreads: KeyThreads, keys: APIKeyRing, sessions: SessionRing,
        signOn: SignOnProofs, providers: PersonProviders,
        openID: OpenIDDesk, saml: SAMLDesk, devices: DeviceDesk,
        bootstrapFile: BootstrapFile,
        tokens: TokenMint, svidTTLSeconds: Int, status: StatusSource, revocations: TokenRevocations,
        certificates: CertificateRevocations, access: AccessLedger, policies: PolicyHolder,
        checkpoints: CheckpointKeeper, witnesses: WitnessKeeper?, logKeys: LogKeyDesk,
        erasures: ErasureDesk, holds: LegalHolds, clocks: Clocks,
        people: RecordedPeople
    ) {
        self.registry = registry
        self.authority = authority
        self.authorities = authorities
        self.operators = operators
        self.keyThreads = keyThreads
        self.keys = keys
        self.sessions = sessions
        self.signOn = signOn
        self.providers = providers
        self.openID = openID
        self.saml = saml
        self.devices = devices
        self.bootstrapFile = bootstrapFile
        self.tokens = tokens
        self.svidTTLSeconds = svidTTLSeconds
        self.status = status
        self.revocations = revocations
        self.certificates = certificates
        self.access = access
        self.policies = policies
        self.checkpoints = checkpoints
        self.witnesses = witnesses
        self.logKeys = logKeys
        self.erasures = erasures
        self.holds = holds
        self.clocks = clocks
        self.people = people
    }
}

extension Services {
    /// Whether the authority that signs now has its key outside, so that whoever issues waits.
    var signsElsewhere: Bool { authority.waits }
}

/// What operations of one batch may use when they act: the parts, the ticket of their changes and the moment.
package struct Effects: ~Copyable {
    package let services: Services
    package let ticket: ChangeTicket
    /// The wall clock, for certificates and what is told of times.
    package let nowNanoseconds: Int64
    /// The clock of leases and durations.
    package let elapsedNanoseconds: Int64

    var registry: Registry { services.registry }
}
