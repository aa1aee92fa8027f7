/// Bounds of what is configured about the listener of revocations.
enum PublicationBounds {
    /// The longest address of it, which stands in every certificate twice.
    static let addressBytesMax = 200
}
