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

    /// Lists the live instances of a service, sorted by id; an unknown service has none.
    public func instances(
        of service: String, namespace: String = Registration.defaultNamespace,
        filter: InstanceFilter = InstanceFilter(), permit: consuming Permit,
        receipt: consuming Receipt, elapsedNanoseconds: Int64
    ) -> InstancesOutcome {
        let wanted = WantedOperation(.serviceRead, namespace: namespace, service: service)
        switch Clearance.check(permit, receipt, for: wanted) {
        case .failure(let mismatch): return .refused(mismatch)
        case .success: break
        }
        let key = ServiceKey(namespace: namespace, service: service)
        guard let snapshot = catalogue.entry(key)?.snapshot else {
            return .listed([], index: catalogue.floorIndex(key))
        }
        let moment = leaseMoment(elapsedNanoseconds)
        let live = snapshot.instances.filter {
            $0.lease.isLive(at: moment) && filter.passes($0)
        }
        return .listed(live.map(DiscoveredInstance.init), index: snapshot.index)
    }

    /// Lists the services of a namespace that have a live instance, sorted by name.
    public func services(
        in namespace: String = Registration.defaultNamespace, permit: consuming Permit,
        receipt: consuming Receipt, elapsedNanoseconds: Int64
    ) -> ServicesOutcome {
        let wanted = WantedOperation(.serviceRead, namespace: namespace, service: nil)
        switch Clearance.check(permit, receipt, for: wanted) {
        case .failure(let mismatch): return .refused(mismatch)
        case .success: break
        }
        let index = catalogue.index
        let moment = leaseMoment(elapsedNanoseconds)
        var summaries: [ServiceSummary] = []
        for entry in catalogue.entries() where entry.key.namespace == namespace {
            let snapshot = entry.snapshot
            let live = snapshot.instances.count { $0.lease.isLive(at: moment) }
            guard live > 0 else { continue }
            summaries.append(
                ServiceSummary(
                    service: entry.key.service, instances: live, index: snapshot.index))
        }
        summaries.sort { $0.service < $1.service }
        return .listed(summaries, index: index)
    }
}
