internal import Crypto
internal import NIOConcurrencyHelpers
internal import X509

/// Keeps the authorities of our trust domain: their ledger, their keys, and what the rest of the process uses of them.
///
/// INVARIANT: a change is on disk (key first, then the ledger) before anything is signed or judged by it.
public final class AuthorityOffice: Sendable {
    /// How long authorities live.
    public struct Lives: Sendable, Equatable {
        /// A root's life, in seconds.
        public var rootSeconds: Int64
        /// An intermediate's life, in seconds.
        public var intermediateSeconds: Int64
        /// A JWT key's life, in seconds.
        public var jwtKeySeconds: Int64
        /// The longest life of anything that an intermediate signs, in seconds.
        public var leafSecondsMax: Int64
        /// The longest life of a token, in seconds.
        public var tokenSecondsMax: Int64
    }

    /// The trust domain.
    public let trustDomain: String
    /// Who has seen which state of the bundle.
    public let adoption = AdoptionBoard()
    let lives: Lives
    let custody: any KeyCustody
    let authority: CertificateAuthority
    let tokens: JWTSVIDAuthority
    let trust: TrustStore
    let refreshHintSeconds: Int
    let startedNanoseconds: Int64
    private let path: String
    private let files: any DurableFiles
    private let changing = NIOLock()
    private let state: NIOLockedValueBox<AuthorityLedger>

    init(
        _ configuration: TrustDomainConfiguration, ledger: AuthorityLedger, trust: TrustStore,
        authority: CertificateAuthority, tokens: JWTSVIDAuthority, custody: any KeyCustody,
        files: any DurableFiles, nowNanoseconds: Int64
    ) {
        trustDomain = configuration.trustDomain
        lives = configuration.lives
        refreshHintSeconds = configuration.refreshHintSeconds
        path = Self.path(in: configuration.directory)
        startedNanoseconds = nowNanoseconds
        state = NIOLockedValueBox(ledger)
        self.trust = trust
        self.authority = authority
        self.tokens = tokens
        self.custody = custody
        self.files = files
    }

    /// The authorities as they stand.
    public var ledger: AuthorityLedger { state.withLockedValue { $0 } }

    /// Makes a change, has it on disk, and then puts it into use.
    func change<Made>(
        _ body: (inout AuthorityLedger) throws(PKIError) -> Made
    ) throws(PKIError) -> Made {
        changing.lock()
        defer { changing.unlock() }
        let before = ledger
        var next = before
        let made = try body(&next)
        guard next != before else { return made }
        try store(next)
        return made
    }

    /// Puts the ledger into use as it stands.
    func publish() throws(PKIError) {
        changing.lock()
        defer { changing.unlock() }
        try publish(ledger)
    }

    private func store(_ next: AuthorityLedger) throws(PKIError) {
        try files.replace(path, next.encoded(), mode: 0o600)
        state.withLockedValue { $0 = next }
        try publish(next)
    }

    static func path(in directory: String) -> String {
        FilePath.join(directory, "authorities.json")
    }

    /// Reads the ledger; nil when there is none yet.
    static func load(
        directory: String, files: any DurableFiles
    ) throws(PKIError) -> AuthorityLedger? {
        let path = path(in: directory)
        guard try files.status(path) != nil else { return nil }
        guard let ledger = AuthorityLedger(try files.read(path, max: PKILimits.ledgerBytesMax))
        else {
            throw .unusableFiles("\(path) is damaged: restore it from a backup of the same folder")
        }
        return ledger
    }
}

extension AuthorityOffice {
    /// Verifiers first, signers last.
    private func publish(_ ledger: AuthorityLedger) throws(PKIError) {
        var jwtKeys: [JWTKey] = []
        for record in ledger.published(.jwt) {
            guard let key = try? P256.Signing.PublicKey(derRepresentation: record.publicKeyDER)
            else { throw .unusableFiles("the ledger's JWT key \(record.keyID) is not on P-256") }
            jwtKeys.append(JWTKey(key))
        }
        let bundle = try TrustBundle(
            trustDomain: trustDomain,
            derCertificates: ledger.published(.root).map(\.certificateDER), jwtKeys: jwtKeys,
            sequence: ledger.sequence, refreshHintSeconds: refreshHintSeconds)
        let intermediates = try KnownIntermediates(
            trustDomain: trustDomain,
            derCertificates: ledger.published(.intermediate).map(\.certificateDER)
                + ledger.published(.root).compactMap(\.crossSignedDER))
        trust.setOwn(bundle, intermediates: intermediates, revocations: ledger.revocations)
        try useSigners(ledger)
    }

    private func useSigners(_ ledger: AuthorityLedger) throws(PKIError) {
        if let record = ledger.active(.intermediate) {
            authority.use(
                .init(
                    certificate: try parsed(record.certificateDER),
                    above: try crossSigned(ledger, above: record),
                    key: try custody.signer(record.keyName).certificateKey()))
        } else {
            authority.use(nil)
        }
        if let record = ledger.active(.jwt) {
            tokens.use(try .init(custody.signer(record.keyName)))
        } else {
            tokens.use(nil)
        }
    }

    /// The new root as the old one signed it, for peers that do not know the new one, as long as the old one stands.
    private func crossSigned(
        _ ledger: AuthorityLedger, above record: AuthorityRecord
    ) throws(PKIError) -> [ParsedCertificate] {
        guard let root = record.issuerKeyID.flatMap(ledger.authority),
            let crossed = root.crossSignedDER
        else { return [] }
        let certificate = try parsed(crossed)
        let signer = certificate.extensions.authorityKeyIdentifier.map { hexText($0) }
        guard let older = signer.flatMap(ledger.authority), older.state.isPublished else {
            return []
        }
        return [certificate]
    }

    func parsed(_ der: [UInt8]) throws(PKIError) -> ParsedCertificate {
        do throws(PeerRefusal) {
            return try ParsedCertificate(der: der, element: 0)
        } catch {
            throw .unusableFiles("a certificate of the ledger can't be used: \(error.reason)")
        }
    }
}
