/// One foreign trust domain whose SVIDs are accepted, and how its bundle is fetched (Federation section 5.1).
public struct FederationSetting: Equatable, Sendable {
    /// How the bundle's server is authenticated.
    public enum Profile: String, CaseIterable, Sendable {
        /// By a certificate of the web's authorities.
        case web = "https_web"
        /// By an X509-SVID of the trust domain itself or of another one.
        case spiffe = "https_spiffe"
    }

    /// The foreign trust domain.
    public var trustDomain: String
    /// Where its bundle is.
    public var url: String
    /// How the bundle's server is authenticated.
    public var profile: Profile
    /// The server's SPIFFE ID, for https_spiffe.
    public var endpointID: String?
    /// A file with the first bundle, pinned: as JSON, or as PEM with CA certificates; needed for https_spiffe.
    public var bundleFile: String?
    /// A file with the CA certificates of the server, for https_web; nil takes the system's.
    public var authoritiesFile: String?
}
