internal import Audit
internal import Policy
internal import Registry

/// Lists the services of a namespace that have a live instance.
struct ListServices: FastOperation {
    struct Success: Sendable {
        let services: [ServiceSummary]
        let index: UInt64
    }

    let namespace: String

    static var action: Action { .serviceRead }
    var resource: Resource { Resource(namespace: namespace) }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        let outcome = effects.registry.services(
            in: namespace, permit: permit, receipt: receipt,
            elapsedNanoseconds: effects.elapsedNanoseconds)
        switch outcome {
        case .listed(let services, let index):
            return .success(Success(services: services, index: index))
        case .refused(let mismatch):
            return .failure(.internalError("\(mismatch)"))
        }
    }
}
