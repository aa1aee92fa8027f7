/// What an authority is for.
public enum AuthorityKind: String, CaseIterable, Sendable {
    /// A trust anchor in the bundle.
    case root
    /// Issues X509-SVIDs; travels in the chain.
    case intermediate
    /// Signs JWT-SVIDs; its public key is in the bundle.
    case jwt
}

/// Where an authority stands in its life; it only ever moves forward.
public enum AuthorityState: String, CaseIterable, Sendable {
    /// Made and published, not used yet.
    case prepared
    /// Signs what is issued now.
    case active
    /// Signs nothing new; what it signed is still taken.
    case old
    /// Suspect: nothing that it signed is taken any more.
    case tainted
    /// Gone from the bundle for good.
    case revoked
}

/// One authority of our trust domain, as the ledger keeps it.
public struct AuthorityRecord: Sendable, Equatable {
    /// What it is for.
    public let kind: AuthorityKind
    /// Its subject key identifier in lower-case hexadecimal; for a JWT key its `kid`.
    public let keyID: String
    /// The name of its private key in custody.
    public let keyName: String
    /// The certificate as DER; empty for a JWT key.
    public let certificateDER: [UInt8]
    /// The same key and name signed by the root before it, for peers that do not know the new root yet.
    public var crossSignedDER: [UInt8]?
    /// The public key as DER SubjectPublicKeyInfo.
    public let publicKeyDER: [UInt8]
    /// The authority that signed it; nil for roots and JWT keys.
    public let issuerKeyID: String?
    /// The end of its validity, nanoseconds since the Unix epoch.
    public let notAfterNanoseconds: Int64
    /// Since when verifiers can know it, nanoseconds since the Unix epoch.
    public let publishedNanoseconds: Int64
    /// The bundle's sequence in which it was published.
    public let publishedSequence: UInt64
    /// Where it stands.
    public var state: AuthorityState
    /// Since when it stands there.
    public var changedNanoseconds: Int64
    /// The end of the last thing that it signed, once it is old.
    public var lastIssuedEndNanoseconds: Int64?
}

/// A revoked certificate of ours.
public struct RevokedCertificate: Sendable, Equatable {
    /// Its issuer and serial number.
    public let entry: RevocationSet.Entry
    /// When it was revoked, nanoseconds since the Unix epoch.
    public let revokedNanoseconds: Int64
    /// When it ends by itself, so that it can be forgotten; nanoseconds since the Unix epoch.
    public let notAfterNanoseconds: Int64

    /// Makes an entry.
    public init(entry: RevocationSet.Entry, revokedNanoseconds: Int64, notAfterNanoseconds: Int64) {
        self.entry = entry
        self.revokedNanoseconds = revokedNanoseconds
        self.notAfterNanoseconds = notAfterNanoseconds
    }
}
