internal import Audit
internal import Policy
internal import Registry

/// Lists the live instances of one service, a page at a time.
struct ListInstances: FastOperation {
    struct Success: Sendable {
        let page: ListPage<DiscoveredInstance>
        let index: UInt64
    }

    let namespace: String
    let service: String
    let filter: InstanceFilter
    var range = ListRange()

    static var action: Action { .serviceRead }
    var resource: Resource { Resource(service: service, namespace: namespace) }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        let outcome = effects.registry.instances(
            of: service, namespace: namespace, filter: filter, range: range, permit: permit,
            receipt: receipt, elapsedNanoseconds: effects.elapsedNanoseconds)
        switch outcome {
        case .listed(let page, let index):
            return .success(Success(page: page, index: index))
        case .refused(let mismatch):
            return .failure(.internalError("\(mismatch)"))
        }
    }
}
