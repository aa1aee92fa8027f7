/// Bounds of what is read before a request's row is known.
enum RouteLimits {
    /// Addresses that are read of what proxies say about a request.
    static let forwardedHopsMax = 16
}
