import Crypto
import Policy
import Text
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
    /// Keeps the authorities.
    public let authorities: AuthorityOffice
    /// Tells others what is revoked; nil unless that is configured.
    public let revocations: RevocationOffice?
    let files: any DurableFiles

    /// Loads the trust domain, or makes it when its folder is missing or empty.
    ///
    /// - Throws: `PKIError.unusableFiles` with what to do, `.fileFailed`, `.signingFailed`.
    public static func openOrCreate(
        _ configuration: TrustDomainConfiguration, nowNanoseconds: Int64
    ) throws(PKIError) -> TrustDomainStore {
        try openOrCreate(configuration, nowNanoseconds: nowNanoseconds, files: PosixFiles())
    }

    /// Loads the trust domain; one that is not there is an error.
    ///
    /// - Throws: As ``openOrCreate(_:nowNanoseconds:)``.
    public static func open(
        _ configuration: TrustDomainConfiguration, nowNanoseconds: Int64
    ) throws(PKIError) -> TrustDomainStore {
        let files = AuthorityFiles(configuration, PosixFiles())
        guard try files.exist() else {
            throw .unusableFiles("there is no trust domain in \(configuration.directory)")
        }
        return try openOrCreate(configuration, nowNanoseconds: nowNanoseconds)
    }

    package static func openOrCreate(
        _ configuration: TrustDomainConfiguration, nowNanoseconds: Int64,
        files: any DurableFiles
    ) throws(PKIError) -> TrustDomainStore {
        guard SPIFFEHost.of("spiffe://\(configuration.trustDomain)") == configuration.trustDomain
        else {
            throw .unusableFiles(
                "\(quote(configuration.trustDomain)) can't name a trust domain")
        }
        let authorities = AuthorityFiles(configuration, files)
        let maker = AuthorityMaker(
            trustDomain: configuration.trustDomain, nowNanoseconds: nowNanoseconds)
        var created: [CreatedFile] = []
        if try !authorities.exist() {
            try authorities.create { draft throws(PKIError) in
                try maker.make(
                    in: draft, rootSeconds: configuration.rootSeconds,
                    intermediateSeconds: configuration.intermediateSeconds)
            }
            created = purposes.map { name, purpose in
                CreatedFile(
                    path: FilePath.join(configuration.directory, name), purpose: purpose)
            }
        }
        return try TrustDomainStore(
            configuration, AuthorityOpening(files: authorities, maker: maker), created: created)
    }

    private static let purposes = [
        ("root.key", "root key"), ("root.pem", "root certificate"),
        ("intermediate.key", "intermediate key"), ("intermediate.pem", "intermediate certificate"),
    ]

    private init(
        _ configuration: TrustDomainConfiguration, _ opening: AuthorityOpening,
        created: [CreatedFile]
    ) throws(PKIError) {
        let domain = configuration.trustDomain
        self.configuration = configuration
        self.created = created
        files = opening.files.files
        let holdings = try opening.open()
        let signer = try opening.signer(holdings)
        let founding =
            holdings.ledger.authorities.first { $0.kind == .intermediate }?.keyID ?? ""
        let serials =
            configuration.tellsRevocations ? IssuedSerials(founding: founding) : nil
        trust = TrustStore(
            bundles: [try holdings.bundle(domain)],
            intermediates: try holdings.intermediates(domain),
            revocations: RevocationSet(
                revokedKeyIDs: holdings.refused, taintedKeyIDs: holdings.tainted),
            issued: IssuedCertificates(trustDomain: domain, serials: serials))
        let tally = IssuanceTally(
            founding: founding,
            nowNanoseconds: opening.maker.nowNanoseconds)
        let adoption = AdoptionBoard(nowNanoseconds: opening.maker.nowNanoseconds)
        authority = CertificateAuthority(
            trustDomain: domain, signer: signer, trust: trust, rules: configuration.rules,
            tally: tally, adoption: adoption)
        let office = AuthorityOffice(
            holdings, files: opening.files,
            lives: .init(
                rootSeconds: configuration.rootSeconds,
                intermediateSeconds: configuration.intermediateSeconds,
                leafSeconds: Int64(
                    max(configuration.rules.ttlSecondsMax, configuration.serverSeconds))),
            signing: authority, tally: tally, adoption: adoption)
        authorities = office
        revocations = serials.map { RevocationOffice(office, serials: $0) }
    }

    /// Our own trust bundle as PEM.
    public var bundlePEM: String {
        trust.snapshot.bundles[configuration.trustDomain]?.pem ?? ""
    }

    /// Writes the trust bundle beside the operators' identities where one lies there that says otherwise.
    ///
    /// - Returns: Whether it was written.
    /// - Throws: `PKIError.fileFailed`, `.unusableFiles`.
    @discardableResult
    public func renewBundleFile() throws(PKIError) -> Bool {
        guard let directory = configuration.certsDirectory else { return false }
        let path = FilePath.join(directory, "bundle.pem")
        let text = Array(bundlePEM.utf8)
        guard try files.status(path) != nil,
            try files.read(path, max: PKILimits.bundleBytesMax) != text
        else { return false }
        try files.replace(path, text, mode: 0o644)
        return true
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
            subjectPublicKeyInfo: Array(key.publicKey.derRepresentation), id: id, names: [],
            ttlSeconds: operatorSeconds(at: nowNanoseconds),
            ttlSecondsMax: configuration.operatorSeconds, nowNanoseconds: nowNanoseconds)
        try noteUnrecorded(svid)
        return try OperatorFiles(directory, files: files).write(
            name, key: key.pemRepresentation + "\n", chain: svid.chainPEM, bundle: svid.bundlePEM)
    }
}
