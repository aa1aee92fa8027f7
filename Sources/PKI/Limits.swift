/// Every bound that the PKI module puts on what comes from outside or on what it issues.
public enum PKILimits {
    /// The most certificates a peer may present, the leaf included.
    public static let chainCertificatesMax = 4
    /// The largest DER encoding of one certificate.
    public static let certificateBytesMax = 8 * 1024
    /// The largest timestamp of an authority outside, its certificates included.
    public static let timestampBytesMax = 64 * 1024
    /// The most certificates in one.
    public static let timestampCertificatesMax = 8
    /// The longest number in one, in bytes.
    public static let timestampNumberBytesMax = 64
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
    public static let ttlSecondsMin = 5
    /// The life of an SVID when nothing else is asked.
    public static let ttlSecondsDefault = 3600
    /// The longest life of an SVID unless configured otherwise.
    public static let ttlSecondsMax = 24 * 3600

    /// A certificate is renewed this part of its life before its time at most.
    static let renewalJitterShare: Int64 = 20
    /// The wait after a first attempt that failed; it doubles.
    static let retryFirstNanoseconds: Int64 = nanosecondsPerSecond
    /// The longest wait between attempts.
    static let retryMostNanoseconds: Int64 = 60 * nanosecondsPerSecond
    /// The shortest, however little time is left.
    static let retryLeastNanoseconds: Int64 = nanosecondsPerSecond / 4
    /// The longest that one attempt may take.
    static let attemptMostNanoseconds: Int64 = 30 * nanosecondsPerSecond
    /// The shortest that one is given, however little time is left.
    static let attemptLeastNanoseconds: Int64 = nanosecondsPerSecond
    /// No wait is longer than this part of the time that is left.
    static let retriesBeforeEnd: Int64 = 6
    /// The most operators whose ends are known.
    static let operatorsMax = 10_000
    /// How long an operator whose certificate has ended is still spoken of.
    static let endedOperatorNanoseconds: Int64 = 7 * 86_400 * nanosecondsPerSecond
    /// The longest life of any leaf that is issued, whatever is configured: that of operators.
    public static let leafSecondsMax: Int64 = 90 * 86_400
    /// The most authorities that are kept, those that have ended not counted.
    public static let authoritiesMax = 24
    /// The most readers of our bundle that are told apart.
    static let adoptionReadersMax = 100_000
    /// How long somebody who fetched the bundle is waited for.
    static let fetchMemoryNanoseconds: Int64 = 3600 * nanosecondsPerSecond
    /// How many of those who are waited for are named.
    public static let laggardsNamedMax = 10
    /// How many of the last steps the ledger remembers, to tell after a crash what was done.
    static let rememberedStepsMax = 32
    /// How long after its last leaf an authority is forgotten, for clocks that run behind.
    static let pruneSkewSeconds: Int64 = 60
    /// How long after its end a certificate is still told of that is revoked: longer than from one list to the next, so that each stands on one
    /// that was made after its end (RFC 5280 section 3.3).
    public static let endedListedSeconds: Int64 = 2 * 3600
    /// The same of authorities, of which there are few: also where the gateway is off for days.
    static let endedAuthorityListedSeconds: Int64 = 7 * 86_400
    /// The most certificates of earlier versions that are taken over, of which the log has no digest.
    public static let adoptedCertificatesMax = 1_000_000
    /// The most hours from the first end of a certificate to the last: what a leaf may live, and a year that a clock may be set by.
    static let issuedHoursMax: Int64 = leafSecondsMax / 3_600 + 366 * 24
    /// The most certificates that can be made while the gateway is not running, until it runs again and records them.
    static let unrecordedMax = 64
    /// Certificates and identities that can be revoked at once.
    public static let revocationsMax = 100_000
    /// Authorities that can be revoked; they are never forgotten.
    public static let revokedAuthoritiesMax = 1_024
    /// How much later than the revocation of its identity a certificate counts as issued at least: more than a start may be off that has
    /// the time of the revocation from the log alone.
    static let afterCutSeconds: Int64 = 2
    /// The longest request about a certificate.
    public static let statusRequestBytesMax = 4 * 1024
    /// How long an answer about a certificate is good; it is signed anew when half of that is over.
    static let statusSeconds: Int64 = 3600
    /// How long a certificate lives that signs such answers; it is replaced when half of that is over.
    static let responderSeconds: Int64 = 2 * 86_400
    /// Answers about certificates that we have issued which are kept, in one of two generations.
    static let statusMemoEntries = 16_384
    /// The same about those that we have not.
    static let unknownStatusMemoEntries = 1_024
    /// How long a list of revoked certificates is good.
    static let listSeconds: Int64 = 24 * 3600
    /// How long one may be good at most that was made elsewhere.
    static let installedListSecondsMax: Int64 = 400 * 86_400
    /// The largest of those, DER: of a root that has signed authorities.
    public static let installedListBytesMax = 32 * 1024
    /// The most certificates that it names.
    static let installedListEntriesMax = 1_024
    /// The greatest number of a list: ours can still follow.
    static let listNumberMax: UInt64 = 1 << 62
    /// The last second that a certificate can name (RFC 5280 section 4.1.2.5).
    static let lastSecond: Int64 = 253_402_300_799
    static let nanosecondsPerSecond: Int64 = 1_000_000_000
    /// The shortest secret that keys are sealed with.
    static let sealBytesMin = 32
    /// The longest secret that is read from a file, a variable or a credential.
    static let secretBytesMax = 4 * 1024
    static let keyFileBytesMax = 16 * 1024
    static let ledgerBytesMax = 64 * 1024
}
