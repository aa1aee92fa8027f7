public import Audit
public import Policy
import Proofs

extension Registry {
    /// Lists the live instances of a service in the order of their ids, a page at a time; an unknown service has none.
    public func instances(
        of service: String, namespace: String = Registration.defaultNamespace,
        filter: InstanceFilter = InstanceFilter(), range: ListRange = ListRange(),
        permit: consuming Permit, receipt: consuming Receipt, elapsedNanoseconds: Int64
    ) -> InstancesOutcome {
        let wanted = WantedOperation(.serviceRead, namespace: namespace, service: service)
        switch Clearance.check(permit, receipt, for: wanted) {
        case .failure(let mismatch): return .refused(mismatch)
        case .success: break
        }
        let key = ServiceKey(namespace: namespace, service: service)
        guard let snapshot = catalogue.entry(key)?.snapshot else {
            return .listed(ListPage(range), index: catalogue.floorIndex(key))
        }
        let moment = leaseMoment(elapsedNanoseconds)
        return .listed(
            snapshot.page(range, filter: filter, elapsedNanoseconds: moment), index: snapshot.index)
    }

    /// Lists the services of a namespace that have a live instance in the order of their names, a page at a time.
    public func services(
        in namespace: String = Registration.defaultNamespace, range: ListRange = ListRange(),
        permit: consuming Permit, receipt: consuming Receipt, elapsedNanoseconds: Int64
    ) -> ServicesOutcome {
        let wanted = WantedOperation(.serviceRead, namespace: namespace, service: nil)
        switch Clearance.check(permit, receipt, for: wanted) {
        case .failure(let mismatch): return .refused(mismatch)
        case .success: break
        }
        let index = catalogue.index
        let page = catalogue.page(
            of: namespace, range, elapsedNanoseconds: leaseMoment(elapsedNanoseconds))
        return .listed(page, index: index)
    }
}

extension ServiceSnapshot {
    fileprivate func page(
        _ range: ListRange, filter: InstanceFilter, elapsedNanoseconds: Int64
    ) -> ListPage<DiscoveredInstance> {
        var page = ListPage<DiscoveredInstance>(range)
        let start = range.after.map { after in
            instances.countOfPrefix { !after.comes(before: $0.id) }
        }
        for instance in instances[(start ?? 0)...]
        where instance.lease.isLive(at: elapsedNanoseconds) && filter.passes(instance) {
            let isTaken = page.add(
                DiscoveredInstance(instance), key: instance.id,
                bytes: instance.fragment.count + 1)
            if !isTaken { break }
        }
        return page
    }
}

extension Catalogue {
    fileprivate func page(
        of namespace: String, _ range: ListRange, elapsedNanoseconds: Int64
    ) -> ListPage<ServiceSummary> {
        var page = ListPage<ServiceSummary>(range)
        var after = range.after
        while true {
            let names = directory.services(of: namespace, after: after, most: range.limit + 1)
            for name in names {
                let key = ServiceKey(namespace: namespace, service: name)
                guard let snapshot = entry(key)?.snapshot else { continue }
                let live = snapshot.instances.count { $0.lease.isLive(at: elapsedNanoseconds) }
                guard live > 0 else { continue }
                let summary = ServiceSummary(service: name, instances: live, index: snapshot.index)
                if !page.add(summary, key: name, bytes: summary.bytesMax) { return page }
            }
            guard let last = names.last, names.count > range.limit else { return page }
            after = last
        }
    }
}

extension ServiceSummary {
    /// The most bytes that it takes in an answer: two names, two numbers and what stands around them.
    fileprivate var bytesMax: Int { service.utf8.count + RegistryLimits.nameBytesMax + 100 }
}
