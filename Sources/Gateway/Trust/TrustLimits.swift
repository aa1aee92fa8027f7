/// Bounds of what the gateway shows of itself.
enum TrustLimits {
    /// The longest file of a certificate or key.
    static let certificateFileBytesMax = 64 << 10
}
