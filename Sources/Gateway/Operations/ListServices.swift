internal import Audit
internal import Policy
internal import Registry

/// Lists the services of a namespace that have a live instance, a page at a time.
struct ListServices: FastOperation {
    struct Success: Sendable {
        let page: ListPage<ServiceSummary>
        let index: UInt64
    }

    let namespace: String
    var range = ListRange()

    static var action: Action { .serviceRead }
    var resource: Resource { Resource(namespace: namespace) }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        let outcome = effects.registry.services(
            in: namespace, range: range, permit: permit, receipt: receipt,
            elapsedNanoseconds: effects.elapsedNanoseconds)
        switch outcome {
        case .listed(let page, let index):
            return .success(Success(page: page, index: index))
        case .refused(let mismatch):
            return .failure(.internalError("\(mismatch)"))
        }
    }
}
