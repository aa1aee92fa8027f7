/// Sizes of what a connection keeps and reads of its requests.
enum ConnectionLimits {
    /// The most characters of a client's `user-agent` that a record keeps.
    static let agentBytesMax = 120
    /// The longest bearer token, key or cookie value that is looked at.
    static let tokenBytesMax = 8192
    /// Credentials that an event loop remembers for each listener; a few hundred bytes each.
    static let credentialsKeptMax = 4096
}
