/// Where a trust domain lives, what it is called and how long its certificates last.
public struct TrustDomainConfiguration: Sendable {
    /// The folder of the authorities' files; it is made when it is missing.
    public var directory: String
    /// The trust domain's name.
    public var trustDomain: String
    /// The datacenter, part of services' names.
    public var datacenter: String
    /// Where operator identities and the bundle are written; nil writes none.
    public var certsDirectory: String?
    /// Who keeps the private keys; nil keeps them in the folder.
    public var custody: (any KeyCustody)?
    /// Seals the keys in the folder; nil leaves them to the file's mode.
    public var seal: KeySeal?
    /// How services are named and how long their SVIDs may last.
    public var rules: CertificateAuthority.Rules
    /// The life of the root.
    public var rootSeconds: Int64 = 10 * 365 * 86_400
    /// The life of the intermediate.
    public var intermediateSeconds: Int64 = 365 * 86_400
    /// The life of a JWT signing key.
    public var jwtKeySeconds: Int64 = 30 * 86_400
    /// The longest life of a JWT-SVID.
    public var tokenSecondsMax = PKILimits.tokenTTLSecondsMax
    /// The issuer that JWT-SVIDs name; nil names none.
    public var tokenIssuer: String?
    /// How often readers should ask for the bundle again.
    public var refreshHintSeconds = PKILimits.refreshHintSecondsDefault
    /// The life of the registry's own identity.
    public var serverSeconds = 24 * 3600
    /// The life of operator identities.
    public var operatorSeconds = 90 * 86_400

    /// Names the folder, the trust domain and the datacenter; the rest has defaults.
    public init(
        directory: String, trustDomain: String, datacenter: String, certsDirectory: String? = nil
    ) {
        self.directory = directory
        self.trustDomain = trustDomain
        self.datacenter = datacenter
        self.certsDirectory = certsDirectory
        rules = CertificateAuthority.Rules(datacenter: datacenter)
    }
}

extension TrustDomainConfiguration {
    /// How long authorities and what they sign may live.
    var lives: AuthorityOffice.Lives {
        AuthorityOffice.Lives(
            rootSeconds: rootSeconds, intermediateSeconds: intermediateSeconds,
            jwtKeySeconds: jwtKeySeconds,
            leafSecondsMax: Int64(max(rules.ttlSecondsMax, serverSeconds, operatorSeconds)),
            tokenSecondsMax: Int64(tokenSecondsMax))
    }
}

/// A file that was made, for telling people.
public struct CreatedFile: Sendable, Equatable {
    /// The path.
    public let path: String
    /// What it is, in a few words.
    public let purpose: String
}
