/// Every bound that the PKI module puts on what comes from outside or on what it issues.
public enum PKILimits {
    /// The most certificates a peer may present, the leaf included.
    public static let chainCertificatesMax = 4
    /// The largest DER encoding of one certificate.
    public static let certificateBytesMax = 8 * 1024
    /// The most extensions that one certificate may carry.
    public static let extensionsMax = 32
    /// The most names in one subject alternative name extension.
    public static let alternativeNamesMax = 64
    /// The longest serial number, RFC 5280 section 4.1.2.2.
    public static let serialBytesMax = 20
    /// The longest key identifier that is compared.
    public static let keyIdentifierBytesMax = 64
    /// The most CA certificates in one trust bundle.
    public static let bundleCertificatesMax = 32
    /// The largest PEM text of a trust bundle.
    public static let bundleBytesMax = 512 * 1024
    /// The most subtrees in one name constraints extension.
    public static let nameConstraintSubtreesMax = 32
    /// The largest certificate signing request, PEM or DER.
    public static let requestBytesMax = 16 * 1024
    /// The RSA key sizes that are taken.
    public static let rsaBits = 2048...4096
    /// How far a peer's clock may run ahead: a certificate is taken this long before its start.
    ///
    /// There is no such grace at the end: an expired certificate is expired.
    public static let clockSkewNanoseconds: Int64 = 5 * nanosecondsPerSecond
    /// The most entries in one generation of the verdict memo.
    public static let verdictMemoEntries = 8192
    /// The most entries in one generation of the signature memo.
    public static let signatureMemoEntries = 4096

    /// How far NotBefore is set back in what is issued.
    public static let backdateSeconds: Int64 = 30
    /// The shortest life that is issued.
    public static let ttlSecondsMin = 60
    /// The life of an SVID when nothing else is asked.
    public static let ttlSecondsDefault = 3600
    /// The longest life of an SVID unless configured otherwise.
    public static let ttlSecondsMax = 24 * 3600

    /// The longest selector of a registration entry.
    public static let selectorBytesMax = 1024
    /// The most selectors of one entry.
    public static let entrySelectorsMax = 32
    /// The most other trust domains of one entry.
    public static let entryTrustDomainsMax = 32
    /// The longest hint, Workload API section 5.2.1.
    public static let hintBytesMax = 1024
    /// The longest name of an agent.
    public static let agentNameBytesMax = 64
    /// The most registration entries in all.
    public static let entriesMax = 50_000
    /// The most registration entries of one agent.
    public static let agentEntriesMax = 1000
    /// The most join tokens that are neither used nor expired.
    public static let joinTokensMax = 10_000
    /// The life of a join token when nothing else is asked.
    public static let joinTokenSecondsDefault = 600
    /// The lives that a join token may have.
    public static let joinTokenSeconds = 1...86_400
    /// How long a used or expired join token is remembered, to say so.
    static let joinTokenMemorySeconds: Int64 = 86_400
    /// The longest token that is looked at.
    public static let tokenBytesMax = 8 * 1024
    /// The most audiences in one token.
    public static let audiencesMax = 16
    /// The longest name of an audience.
    public static let audienceBytesMax = 512
    /// The longest key identifier of a JSON web key.
    public static let jwtKeyIDBytesMax = 256
    /// How far an issuer's clock may run ahead: a token is taken this long before its start.
    public static let tokenClockSkewSeconds: Int64 = 5
    /// The life of a token when nothing else is asked.
    public static let tokenTTLSecondsDefault = 300
    /// The longest life of a token unless configured otherwise.
    public static let tokenTTLSecondsMax = 3600
    /// The most keys in one bundle document.
    public static let bundleKeysMax = 256
    /// How often a bundle is asked for when it gives no hint: Federation section 4.1.
    public static let refreshHintSecondsDefault = 300

    /// The shortest secret that keys are sealed with.
    public static let sealSecretBytesMin = 32
    /// The largest file of the authorities' ledger.
    public static let ledgerBytesMax = 16 << 20
    /// The most readers of the bundle whose progress is followed.
    public static let adoptionReadersMax = 10_000
    /// How long a reader counts that is not heard of.
    static let adoptionMemoryNanoseconds: Int64 = 3600 * nanosecondsPerSecond
    /// How long after its end an authority or a revocation is kept.
    static let pruneSkewNanoseconds: Int64 = 2 * nanosecondsPerSecond

    /// The largest OCSP request.
    public static let statusRequestBytesMax = 4 * 1024
    /// The most certificates in one OCSP request.
    public static let statusCertificatesMax = 16
    /// The longest nonce with its wrapping, RFC 8954.
    static let statusNonceBytesMax = 40
    /// How long a revocation list or an OCSP response may be used.
    static let statusLifeNanoseconds: Int64 = 3600 * nanosecondsPerSecond

    /// How much of what was issued waits in memory until it is stored.
    static let issuanceBufferBytesMax = 256 * 1024

    static let nanosecondsPerSecond: Int64 = 1_000_000_000
    static let keyFileBytesMax = 16 * 1024
}
