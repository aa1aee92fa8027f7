/// Bounds of what is kept of SAML providers.
enum SAMLBounds {
    /// Bytes of names that are kept of all sessions of one provider.
    static let vaultBytesMax = 16 << 20
}
