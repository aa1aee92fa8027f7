/// The version of this build.
public enum GatewayVersion {
    /// Semantic version, as written to records and answers.
    public static let current = "0.1.0"
}
