internal import NIOCore
internal import Wire

/// How the connections that there is room for are shared out.
struct ConnectionShares: Equatable, Sendable {
    let service: Int
    let people: Int
    let federation: Int

    /// Gives the listeners of strangers a part each, and what is left to the one of those who have certificates.
    init(_ all: Int, _ listen: GatewayConfiguration.Listen) {
        people = listen.people == nil ? 0 : max(1, all / ListenerLimits.peopleShare)
        federation =
            listen.federation == nil
            ? 0
            : max(
                1,
                min(all / ListenerLimits.federationShare, ListenerLimits.federationConnectionsMax))
        service = max(1, all - people - federation)
    }
}

/// What each listener that serves operations is made of.
struct ListenerPlan: Sendable {
    let name: ListenerName
    /// The configuration's key of its address.
    let key: String
    let address: ListenAddress
    let front: Front
    let contexts: TLSContextBox
    let limits: Limits

    /// Its settings, once there is somebody to take its connections.
    func settings(_ gate: ClientGate, _ reception: Reception) -> ListenerSettings {
        var settings = ListenerSettings(
            host: address.host, port: address.port, tls: contexts, peerGate: gate, limits: limits,
            makeHandler: { reception.handler(on: $0) })
        settings.provesByHandshake = name == .service
        return settings
    }
}

/// The plans of all listeners that are configured.
struct ListenerPlans: Sendable {
    let all: [ListenerPlan]

    init(
        _ listen: GatewayConfiguration.Listen, _ fronts: Fronts, _ shares: ConnectionShares,
        _ renewal: IdentityRenewal, bodyProgressNanoseconds: Int64?
    ) {
        var service = Limits(connectionsMax: shares.service)
        if let time = bodyProgressNanoseconds { service.bodyProgressNanoseconds = time }
        var plans = [
            ListenerPlan(
                name: .service, key: ConfigurationName.service, address: listen.service,
                front: fronts.service, contexts: renewal.contexts, limits: service)
        ]
        if let address = listen.people {
            var front = fronts.people
            front.connectionsPerPrincipal = max(1, shares.people / RateLimits.connectionsShare)
            plans.append(
                ListenerPlan(
                    name: .people, key: ConfigurationName.people, address: address, front: front,
                    contexts: renewal.peopleContexts,
                    limits: Limits(connectionsMax: shares.people)))
        }
        if let address = listen.federation {
            var limits = Limits(connectionsMax: shares.federation)
            // Nobody proves who he is there, so that the bound of those who have not is that of all.
            limits.unprovenMax = shares.federation
            limits.idleNanoseconds = ListenerLimits.federationIdleNanoseconds
            plans.append(
                ListenerPlan(
                    name: .federation, key: ConfigurationName.federation, address: address,
                    front: fronts.federation, contexts: renewal.federationContexts, limits: limits))
        }
        all = plans
    }
}
