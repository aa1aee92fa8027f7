/// What an authority is for.
public enum AuthorityKind: String, CaseIterable, Sendable {
    /// A trust anchor in the bundle.
    case root
    /// Issues X509-SVIDs; travels in the chain.
    case intermediate
}

/// Where an authority stands in its life; it only ever moves forward.
public enum AuthorityStage: String, CaseIterable, Sendable {
    /// Made and known to verifiers, signs nothing yet.
    case prepared
    /// Signs what is issued now.
    case active
    /// Signs nothing new; what it signed is still taken.
    case old
    /// Suspect: what it signed is still taken in a full handshake, and is to be replaced at once.
    case tainted
    /// Nothing that it signed is taken any more.
    case revoked

    /// Whether verifiers are to take what it signed.
    var isTrusted: Bool { self != .revoked }
}

/// One authority of our trust domain, as the ledger keeps it; its certificate and key lie in files beside.
public struct AuthorityRecord: Sendable, Equatable {
    /// What it is for.
    public let kind: AuthorityKind
    /// Its subject key identifier in lower-case hexadecimal.
    public let keyID: String
    /// The authority that signed it; nil for a root.
    public let issuerKeyID: String?
    /// The name of its files without `.pem` and `.key`.
    let file: String
    /// The beginning of its validity, nanoseconds since the Unix epoch.
    public let notBeforeNanoseconds: Int64
    /// The end of its validity, nanoseconds since the Unix epoch.
    public let notAfterNanoseconds: Int64
    /// Where it stands.
    public internal(set) var stage: AuthorityStage
    /// Since when it stands there, nanoseconds since the Unix epoch.
    public internal(set) var sinceNanoseconds: Int64
    /// When the last of what it signed has ended, at the latest; known once it signs no more.
    public internal(set) var leavesEndNanoseconds: Int64?
    /// For a root: whether the root before it signed the same key and name too, for peers that do not know it yet.
    var isCrossSigned = false
    /// For a root whose key is elsewhere: the digest of the list of revoked certificates that was made there.
    var listDigest: String?

    init(
        _ kind: AuthorityKind, _ certificate: ParsedCertificate, file: String,
        stage: AuthorityStage, sinceNanoseconds: Int64
    ) {
        self.kind = kind
        keyID = certificate.ownKeyID
        issuerKeyID = kind == .root ? nil : certificate.issuerKeyID
        self.file = file
        notBeforeNanoseconds = certificate.notBeforeNanoseconds
        notAfterNanoseconds = certificate.notAfterNanoseconds
        self.stage = stage
        self.sinceNanoseconds = sinceNanoseconds
    }

    init(
        _ kind: AuthorityKind, keyID: String, issuerKeyID: String?, file: String,
        notBeforeNanoseconds: Int64, notAfterNanoseconds: Int64, stage: AuthorityStage,
        sinceNanoseconds: Int64, leavesEndNanoseconds: Int64?
    ) {
        self.kind = kind
        self.keyID = keyID
        self.issuerKeyID = issuerKeyID
        self.file = file
        self.notBeforeNanoseconds = notBeforeNanoseconds
        self.notAfterNanoseconds = notAfterNanoseconds
        self.stage = stage
        self.sinceNanoseconds = sinceNanoseconds
        self.leavesEndNanoseconds = leavesEndNanoseconds
    }
}

extension ParsedCertificate {
    /// The subject's key identifier in lower-case hexadecimal.
    var ownKeyID: String { hexText(extensions.subjectKeyIdentifier ?? []) }

    /// The issuer's key identifier in lower-case hexadecimal.
    var issuerKeyID: String { hexText(extensions.authorityKeyIdentifier ?? []) }
}
