internal import Audit
internal import Policy
internal import Registry

/// Chooses one live instance of a service.
struct Discover: FastOperation {
    struct Success: Sendable {
        let instance: DiscoveredInstance
        let index: UInt64
    }

    let query: DiscoverQuery

    static var action: Action { .serviceDiscover }
    var resource: Resource { Resource(service: query.service, namespace: query.namespace) }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        let outcome = effects.registry.discover(
            query, permit: permit, receipt: receipt, elapsedNanoseconds: effects.elapsedNanoseconds)
        switch outcome {
        case .found(let instance, let index):
            return .success(Success(instance: instance, index: index))
        case .none:
            return .failure(
                .notFound("no live instance of \(query.service) in \(query.namespace) matches"))
        case .refused(let mismatch):
            return .failure(.internalError("\(mismatch)"))
        }
    }
}
