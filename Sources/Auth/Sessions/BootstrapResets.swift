internal import Policy
internal import Synchronization

/// When the bootstrap was reset last: all that came of it before is void.
///
/// Rebuilt from the log at each start, so that no copy of a store that is put back brings any of it to life.
public final class BootstrapResets: Sendable {
    private let last = Atomic<UInt64>(0)
    private let identity: String

    /// The name of the operator that a bootstrap makes somebody.
    static let name = "bootstrap"

    /// Names the bootstrapped operator of a trust domain.
    package init(trustDomain: String) {
        identity = "spiffe://\(trustDomain)/operator/\(Self.name)"
    }

    /// The sequence of the last reset; changes with each.
    var sequence: UInt64 { last.load(ordering: .acquiring) }

    /// The operator that a bootstrap makes somebody; nil where the trust domain makes no name.
    var principal: Principal? {
        guard let id = try? SPIFFEID(parsing: identity) else { return nil }
        return Principal(kind: .operator, id: identity, authentication: .session, spiffeID: id)
    }

    /// Whether something of a holder that was made by a record is void.
    func isVoid(_ holder: CredentialHolder, madeBy sequence: UInt64) -> Bool {
        sequence < self.sequence && holder.kind == Principal.Kind.operator.rawValue
            && holder.id.utf8.elementsEqual(identity.utf8)
    }

    /// Notes a reset.
    func note(_ sequence: UInt64) { last.max(sequence, ordering: .acquiringAndReleasing) }
}
