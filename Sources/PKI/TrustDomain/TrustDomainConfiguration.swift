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
    /// How services are named and how long their SVIDs may last.
    public var rules: CertificateAuthority.Rules
    /// The life of the root.
    public var rootSeconds: Int64 = 10 * 365 * 86_400
    /// The life of the intermediate.
    public var intermediateSeconds: Int64 = 365 * 86_400
    /// The life of the registry's own identity.
    public var serverSeconds = 24 * 3600
    /// The life of operator identities.
    public var operatorSeconds = 90 * 86_400
    /// How the authorities' keys are kept.
    package var custody = KeyCustody()
    /// Whether others are told which certificates are revoked, for which their serial numbers are kept in memory.
    public var tellsRevocations = false

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

/// A file that was made, for telling people.
public struct CreatedFile: Sendable, Equatable {
    /// The path.
    public let path: String
    /// What it is, in a few words.
    public let purpose: String
}
