public import PKI
public import SAML

/// One SAML identity provider that people sign on with: an entry of `auth.saml` in the configuration.
public struct SAMLSettings: Sendable, Equatable {
    /// A short name, the provider in `user:PROVIDER/NAME`.
    public var name: String
    /// Where its metadata is.
    public var metadata: SAMLMetadataSource
    /// The file of the certificate by whose key the metadata must be signed, PEM; nil where where it comes from is enough.
    public var signerPath: String?
    /// Which entity of the metadata is meant; nil for the only one of a file.
    public var entityID: String?
    /// How it knows us; nil for the address of our metadata.
    public var ownEntityID: String?
    /// What of its responses must be signed.
    public var demand = SAMLResponse.Demand.either
    /// Our RSA key, PEM: it signs requests, and opens what is encrypted for us; nil for neither.
    public var key: SecretSource?
    /// The file of its certificate, PEM, for our metadata.
    public var certificatePath: String?
    /// Another key of ours, which is published and opens as well: the next, or the one before.
    public var otherKey: SecretSource?
    /// The file of its certificate.
    public var otherCertificatePath: String?
    /// Whether AES-CBC is taken in signed responses.
    public var takesCBC = false
    /// How far clocks may differ, in seconds.
    public var skewSeconds = SAMLLimits.skewSecondsDefault
    /// How long a session lives at most, in seconds: SAML has no way to ask again.
    public var sessionSeconds: Int64 = 3_600
    /// The format of names that is asked for; nil for what the provider uses.
    public var nameFormat: String?
    /// Whether people must prove who they are each time.
    public var isForced = false
    /// The attribute that names the user; nil for the NameID.
    public var userAttribute: String?
    /// The attribute that lists groups.
    public var groupsAttribute = "groups"
    /// Which groups are taken; empty for all.
    public var groupsAllowed: [ClaimGlob] = []
    /// The attribute that lists roles; nil for none.
    public var rolesAttribute: String?
    /// The roles that it may give; no others.
    public var rolesAllowed: [String] = []

    /// Names a provider with the usual rules.
    public init(name: String, metadata: SAMLMetadataSource) {
        self.name = name
        self.metadata = metadata
    }
}

/// Where a provider's metadata is.
public enum SAMLMetadataSource: Sendable, Equatable {
    /// A file.
    case file(String)
    /// An address; the file of the authorities of its server, nil for the system's.
    case address(KeyAddress, authorities: String?)
}
