package import Audit
package import PKI
package import Policy

/// Takes the steps of our authorities, and has what stands on them follow at once.
package final class AuthorityDesk: Sendable {
    package let office: AuthorityOffice
    private let follow: @Sendable () -> Void

    /// `follow` gives the gateway certificates of the authority that signs now, and listeners new TLS contexts.
    init(_ office: AuthorityOffice, follow: @escaping @Sendable () -> Void) {
        self.office = office
        self.follow = follow
    }

    /// Takes a step that was asked for; when it returns, the gateway's own certificates are of the authority that signs.
    ///
    /// - Throws: `PKIError`; then all is as it was.
    package func take(
        _ step: AuthorityStep, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) throws(PKIError) -> AuthorityChange {
        let change = try office.take(
            step, permit: permit, receipt: receipt, nowNanoseconds: now)
        follow()
        return change
    }
}
