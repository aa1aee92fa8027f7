internal import NIOConcurrencyHelpers
internal import PKI
internal import Policy

/// Carries a change of the authorities to everything that stands on it: live connections and TLS contexts.
final class AuthorityDesk: Sendable {
    let trustDomain: TrustDomainStore
    private let remaining = NIOLockedValueBox<[LostTrust]>([])
    private let live = NIOLockedValueBox<(IdentityRenewal, ConnectionRegistry)?>(nil)

    init(trustDomain: TrustDomainStore) {
        self.trustDomain = trustDomain
    }

    /// The listeners' contexts and connections, once they are made.
    func use(_ renewal: IdentityRenewal, _ connections: ConnectionRegistry) {
        live.withLockedValue { $0 = (renewal, connections) }
    }

    /// New contexts for new connections, and no connection is left of what is no longer trusted.
    ///
    /// An operator's own connection may stand on it too: it is left for the answer, and ended by the next `sweep`.
    /// - Returns: How many connections were ended.
    func settle(_ change: AuthorityChange) async -> Int {
        guard let (renewal, connections) = live.withLockedValue({ $0 }) else { return 0 }
        renewal.refresh(replacing: change.endsConnections)
        guard change.endsConnections else { return 0 }
        let lost = lost(by: change)
        remaining.withLockedValue { $0.append(lost) }
        return await connections.end { facts in
            lost.holds(facts) && !facts.principals.contains { $0.kind == .operator }
        }
    }

    /// Ends what `settle` left; called about a second later.
    func sweep() async {
        guard let (_, connections) = live.withLockedValue({ $0 }) else { return }
        let remaining = remaining.withLockedValue { all in
            defer { all = [] }
            return all
        }
        for lost in remaining { _ = await connections.end { lost.holds($0) } }
    }

    /// Ends the connections of a foreign trust domain whose bundle lost an authority; they may come back and are judged anew.
    func reconsider(trustDomain: String) async {
        guard let (renewal, connections) = live.withLockedValue({ $0 }) else { return }
        renewal.refresh()
        _ = await connections.end { $0.trustDomain == trustDomain }
    }

    /// How many connections a change would end.
    func connectionsLost(by change: AuthorityChange) async -> Int {
        guard let (_, connections) = live.withLockedValue({ $0 }) else { return 0 }
        let lost = lost(by: change)
        return await connections.count { lost.holds($0) }
    }

    private func lost(by change: AuthorityChange) -> LostTrust {
        let gone = Set(change.tainted + change.revoked)
        let below = trustDomain.office.ledger.authorities.filter { authority in
            authority.issuerKeyID.map(gone.contains) ?? false
        }
        return LostTrust(
            authorities: gone.union(below.map(\.keyID)), certificates: Set(change.certificates))
    }
}

/// What connections must not stand on any more.
private struct LostTrust: Sendable {
    let authorities: Set<String>
    let certificates: Set<RevocationSet.Entry>

    func holds(_ facts: ConnectionFacts) -> Bool {
        guard let authority = facts.authority else { return false }
        if authorities.contains(authority) { return true }
        guard let serial = facts.certificateSerial else { return false }
        return certificates.contains(.init(issuerKeyID: authority, serial: serial))
    }
}
