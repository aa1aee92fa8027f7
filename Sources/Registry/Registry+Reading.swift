public import Audit
public import Policy
import Proofs

/// Asks for one instance of a service.
public struct DiscoverQuery: Equatable, Sendable {
    /// The namespace of the service.
    public var namespace: String
    /// The service's name.
    public var service: String
    /// How the instance is chosen.
    public var strategy: BalancingStrategy
    /// Which instances may be chosen.
    public var filter: InstanceFilter

    /// Makes a query; without options, each live instance in turn.
    public init(
        namespace: String = Registration.defaultNamespace, service: String,
        strategy: BalancingStrategy = .standard, filter: InstanceFilter = InstanceFilter()
    ) {
        self.namespace = namespace
        self.service = service
        self.strategy = strategy
        self.filter = filter
    }
}

extension Registry {
    /// Chooses one live instance of a service.
    public func discover(
        _ query: DiscoverQuery, permit: consuming Permit, receipt: consuming Receipt,
        elapsedNanoseconds: Int64
    ) -> DiscoverOutcome {
        let wanted = WantedOperation(
            .serviceDiscover, namespace: query.namespace, service: query.service)
        switch Clearance.check(permit, receipt, for: wanted) {
        case .failure(let mismatch): return .refused(mismatch)
        case .success: break
        }
        let key = ServiceKey(namespace: query.namespace, service: query.service)
        guard let entry = catalogue.entry(key) else {
            return .none(index: catalogue.floorIndex(key))
        }
        let snapshot = entry.snapshot
        var picked = snapshot.pick(
            query.strategy, filter: query.filter, cursors: entry.cursors,
            elapsedNanoseconds: elapsedNanoseconds)
        let moment = leaseMoment(elapsedNanoseconds)
        if picked == nil, moment < elapsedNanoseconds {
            // Whoever is late but held is only given where nobody else is left.
            picked = snapshot.pick(
                query.strategy, filter: query.filter, cursors: entry.cursors,
                elapsedNanoseconds: moment)
        }
        guard let picked else { return .none(index: snapshot.index) }
        return .found(DiscoveredInstance(picked), index: snapshot.index)
    }
}
