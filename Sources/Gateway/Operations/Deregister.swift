internal import Audit
internal import Policy
internal import Registry

/// Takes an instance away.
struct Deregister: FastOperation {
    struct Success: Sendable {}

    let name: InstanceName

    static var action: Action { .serviceDeregister }
    static var isChange: Bool { true }
    static var takesTurns: Bool { true }
    var resource: Resource { name.resource }
    var instance: InstanceName? { name }

    func report(of success: Success) -> OutcomeReport { OutcomeReport(status: 204) }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        let outcome = effects.registry.deregister(
            service: name.service, namespace: name.namespace, id: name.id, permit: permit,
            receipt: receipt, ticket: effects.ticket, elapsedNanoseconds: effects.elapsedNanoseconds
        )
        switch outcome {
        case .removed, .superseded: return .success(Success())
        case .unknown: return .failure(name.unknown)
        case .refused(let mismatch): return .failure(.internalError("\(mismatch)"))
        }
    }
}
