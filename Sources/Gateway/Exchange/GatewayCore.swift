internal import Audit
internal import Auth
internal import PKI

/// What every request needs and all event loops share.
final class GatewayCore: Sendable {
    let policies: PolicyHolder
    let journal: Journal
    let authenticator: CertificateAuthenticator
    let verifier: SVIDVerifier
    let routes: RouteTable
    let performer: Performer
    let metrics: GatewayMetrics
    let slowLane = SlowLane()
    let connections = ConnectionRegistry()
    let credentials: CredentialChain
    let subjects: SubjectVault
    let keys: APIKeyRing
    let tokens: TokenAuthenticator
    private let clock: @Sendable () -> Int64

    init(
        policies: PolicyHolder, journal: Journal, authenticator: CertificateAuthenticator,
        verifier: SVIDVerifier, routes: RouteTable, performer: Performer, metrics: GatewayMetrics,
        subjects: SubjectVault, credentials: CredentialChain, keys: APIKeyRing,
        tokens: TokenAuthenticator, clock: @escaping @Sendable () -> Int64
    ) {
        self.policies = policies
        self.journal = journal
        self.authenticator = authenticator
        self.verifier = verifier
        self.routes = routes
        self.performer = performer
        self.metrics = metrics
        self.credentials = credentials
        self.subjects = subjects
        self.keys = keys
        self.tokens = tokens
        keys.onChange { credentials.invalidate() }
        tokens.onChange { credentials.invalidate() }
        self.clock = clock
    }

    /// Nanoseconds since the Unix epoch.
    func now() -> Int64 { clock() }
}
