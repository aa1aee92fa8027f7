internal import Audit
internal import PKI
internal import Policy

/// What the gateway knows about agents: their entries, their tokens, and what they wait for.
struct IdentityDesk: Sendable {
    let trustDomain: String
    let entries: EntryCatalogue
    let feed: IdentityFeed
    /// Which agent has seen which bundle.
    let adoption: AdoptionBoard
    /// The agent that a principal is, by its own SVID; nil for all others.
    func agent(_ principal: Principal) -> String? {
        guard principal.authentication == .mtls, let id = principal.spiffeID else { return nil }
        return AgentNames.name(of: id, trustDomain: trustDomain)
    }
}

extension IdentityDesk {
    /// Opens the list in the data folder.
    static func open(
        _ configuration: GatewayConfiguration, trustDomain store: TrustDomainStore
    ) throws -> IdentityDesk {
        let rules = EntryRules(
            trustDomain: configuration.trustDomain,
            x509TTLSeconds: store.authority.rules
                .ttlSecondsMin...store.authority.rules
                .ttlSecondsMax)
        let entries = try EntryCatalogue(
            store: SQLiteEntryStore(
                path: configuration.dataDirectory + "/identity.sqlite", rules: rules),
            rules: rules)
        return IdentityDesk(
            trustDomain: configuration.trustDomain, entries: entries,
            feed: IdentityFeed(entries: entries, trust: store.trust),
            adoption: store.office.adoption)
    }
}
