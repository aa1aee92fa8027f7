/// Bounds of what the gateway says of its own health.
enum HealthLimits {
    /// How many certificates that end soon are named in one line.
    static let endsNamedMax = 5
}
