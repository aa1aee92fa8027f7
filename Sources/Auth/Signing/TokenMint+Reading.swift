public import Audit
public import PKI
public import Policy
internal import Proofs

/// What anybody may read of us who may read federation.
extension TokenMint {
    /// The keys that our tokens verify by.
    public func keys(
        permit: consuming Permit, receipt: consuming Receipt
    ) throws(AuthError) -> [PublishedKey] {
        try clear(permit, receipt)
        return own.keys.published
    }

    /// The name of the issuer that we are.
    public func issuer(
        permit: consuming Permit, receipt: consuming Receipt
    ) throws(AuthError) -> String {
        try clear(permit, receipt)
        return own.settings.issuer
    }

    /// The authorities of our trust domain, with the keys of its JWT-SVIDs.
    public func bundle(
        of authority: CertificateAuthority, permit: consuming Permit, receipt: consuming Receipt
    ) throws(PKIError) -> FederationBundle {
        // Before what it counts: what is told under an older number is read again.
        let sequence = own.keys.sequence &+ Int64(clamping: authority.bundleSequence)
        let authorities = try authority.bundle(permit: permit, receipt: receipt)
        return FederationBundle(
            authorities: authorities, keys: own.keys.published, sequence: sequence)
    }

    private func clear(
        _ permit: consuming Permit, _ receipt: consuming Receipt
    ) throws(AuthError) {
        let wanted = WantedOperation(.federationRead)
        if case .failure(let mismatch) = Clearance.check(permit, receipt, for: wanted) {
            throw .unproven(mismatch.reason)
        }
    }
}

/// What others trust of our trust domain (SPIFFE Trust Domain and Bundle section 4).
public struct FederationBundle: Sendable {
    /// The authorities of X509-SVIDs.
    public let authorities: [BundleAuthority]
    /// The keys of JWT-SVIDs.
    public let keys: [PublishedKey]
    /// Grows with each change of the bundle.
    public let sequence: Int64
}
