import Crypto
import Policy
import X509

/// A trust domain on disk: its authorities, the trust in them, and the identities that the registry itself needs.
public final class TrustDomainStore: Sendable {
    /// What was configured.
    public let configuration: TrustDomainConfiguration
    /// The files that `openOrCreate` made; empty when the trust domain was there.
    public let created: [CreatedFile]
    /// The current trust: our own bundle and intermediates, and federated bundles that are added.
    public let trust: TrustStore
    /// Issues identities of this trust domain.
    public let authority: CertificateAuthority
    /// Issues tokens of this trust domain.
    public let tokens: JWTSVIDAuthority
    /// Keeps the authorities: rotation, taint, revocation.
    public let office: AuthorityOffice
    /// What was issued and has not ended.
    public let issued: IssuanceStore
    private let files: any DurableFiles

    /// Loads the trust domain, or makes it when its folder is missing or empty.
    ///
    /// - Throws: `PKIError.unusableFiles` with what to do, `.fileFailed`, `.signingFailed`.
    public static func openOrCreate(
        _ configuration: TrustDomainConfiguration, nowNanoseconds: Int64
    ) throws(PKIError) -> TrustDomainStore {
        try openOrCreate(configuration, nowNanoseconds: nowNanoseconds, files: PosixFiles())
    }

    package static func openOrCreate(
        _ configuration: TrustDomainConfiguration, nowNanoseconds: Int64,
        files: any DurableFiles
    ) throws(PKIError) -> TrustDomainStore {
        guard SPIFFEHost.of("spiffe://\(configuration.trustDomain)") == configuration.trustDomain
        else {
            throw .unusableFiles(
                "\(configuration.trustDomain.quotedForPeople) can't name a trust domain")
        }
        let custody =
            configuration.custody
            ?? FileCustody(
                directory: configuration.directory, seal: configuration.seal, files: files)
        let kept = try AuthorityOffice.load(directory: configuration.directory, files: files)
        var created: [CreatedFile] = []
        var ledger = kept ?? AuthorityLedger()
        if kept?.isFounding ?? true {
            let (set, isNew) = try found(configuration, custody, files, nowNanoseconds)
            if kept == nil { ledger = AuthorityOffice.founding(set, now: nowNanoseconds) }
            if isNew { created = Self.created(configuration) }
        }
        return try TrustDomainStore(
            configuration, ledger: ledger, created: created, custody: custody, files: files,
            nowNanoseconds: nowNanoseconds)
    }

    /// Loads or makes the first authorities.
    private static func found(
        _ configuration: TrustDomainConfiguration, _ custody: any KeyCustody,
        _ files: any DurableFiles, _ now: Int64
    ) throws(PKIError) -> (set: AuthoritySet, isNew: Bool) {
        let authorities = AuthorityFiles(
            directory: configuration.directory, files: files,
            hasKeys: configuration.custody == nil)
        let maker = AuthorityMaker(
            trustDomain: configuration.trustDomain, nowNanoseconds: now, custody: custody)
        let isNew = try !authorities.exist()
        if isNew {
            try authorities.create(
                maker.make(
                    rootSeconds: configuration.rootSeconds,
                    intermediateSeconds: configuration.intermediateSeconds))
        }
        let set = try maker.check(authorities.load(), directory: configuration.directory)
        return (set, isNew)
    }

    private static func created(_ configuration: TrustDomainConfiguration) -> [CreatedFile] {
        purposes.filter { configuration.custody == nil || $0.0.hasSuffix(".pem") }
            .map { name, purpose in
                CreatedFile(
                    path: FilePath.join(configuration.directory, name), purpose: purpose)
            }
    }

    private static let purposes = [
        ("root.key", "root key"), ("root.pem", "root certificate"),
        ("intermediate.key", "intermediate key"), ("intermediate.pem", "intermediate certificate"),
    ]

    private init(
        _ configuration: TrustDomainConfiguration, ledger: AuthorityLedger,
        created: [CreatedFile], custody: any KeyCustody, files: any DurableFiles,
        nowNanoseconds: Int64
    ) throws(PKIError) {
        self.configuration = configuration
        self.created = created
        self.files = files
        trust = TrustStore(bundles: [])
        issued = try IssuanceStore(
            directory: FilePath.join(configuration.directory, "issued"), files: files)
        authority = CertificateAuthority(
            trustDomain: configuration.trustDomain, trust: trust, rules: configuration.rules,
            issued: issued)
        tokens = JWTSVIDAuthority(
            trustDomain: configuration.trustDomain, issuer: configuration.tokenIssuer,
            ttlSecondsMax: configuration.tokenSecondsMax, template: configuration.rules.template,
            trust: trust)
        office = AuthorityOffice(
            configuration, ledger: ledger, trust: trust, authority: authority, tokens: tokens,
            custody: custody, files: files, nowNanoseconds: nowNanoseconds)
        try office.open(nowNanoseconds: nowNanoseconds)
    }

    /// Whether signing is a computation of this process, and not a call to another that takes a while.
    public var signsLocally: Bool { configuration.custody == nil }

    /// Our own trust bundle as PEM.
    public var bundlePEM: String {
        trust.snapshot.bundles[configuration.trustDomain]?.pem ?? ""
    }

    /// Makes an operator identity and writes `<name>.pem`, `<name>.key` (0600) and `bundle.pem`.
    ///
    /// For the name `operator` these are the files that `init` is known for. What is there is replaced.
    /// - Throws: `PKIError.notIssued` for a name that can't stand in a SPIFFE ID; `.fileFailed`.
    public func writeOperatorIdentity(
        name: String, nowNanoseconds: Int64
    ) throws(PKIError) -> [CreatedFile] {
        guard let directory = configuration.certsDirectory else {
            throw .unusableFiles("no folder for certificates is configured")
        }
        let id = try TrustDomainNames.operatorID(name, trustDomain: configuration.trustDomain)
        let key = P256.Signing.PrivateKey()
        let svid = try authority.sign(
            key: .init(key.publicKey),
            subjectPublicKeyInfo: Array(key.publicKey.derRepresentation), id: id, names: [],
            ttlSeconds: configuration.operatorSeconds,
            ttlSecondsMax: configuration.operatorSeconds, nowNanoseconds: nowNanoseconds)
        try files.createDirectories(directory, mode: 0o755)
        let contents: [(String, String, UInt32, String)] = [
            ("\(name).key", key.pemRepresentation + "\n", 0o600, "key of operator \(name)"),
            ("\(name).pem", svid.chainPEM, 0o644, "certificate of operator \(name)"),
            ("bundle.pem", svid.bundlePEM, 0o644, "trust bundle"),
        ]
        var written: [CreatedFile] = []
        for (file, text, mode, purpose) in contents {
            let path = FilePath.join(directory, file)
            try files.replace(path, Array(text.utf8), mode: mode)
            written.append(CreatedFile(path: path, purpose: purpose))
        }
        return written
    }
}
