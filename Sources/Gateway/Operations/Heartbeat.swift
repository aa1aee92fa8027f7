internal import Audit
internal import Policy
internal import Registry
internal import Time

/// Renews the lease of a live instance to a full TTL from now.
///
/// One record, like a read: nothing that the log keeps is changed by it, and a start gives every lease a full TTL whatever beat
/// before. So there is nothing to do again, and nothing that a crash leaves open.
struct Heartbeat: FastOperation {
    struct Success: Sendable {
        /// By the wall clock as it stands now.
        let expiresAtNanoseconds: Int64
    }

    let name: InstanceName

    static var action: Action { .serviceHeartbeat }
    static var isRenewal: Bool { true }
    var resource: Resource { name.resource }
    var instance: InstanceName? { name }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        let outcome = effects.registry.heartbeat(
            service: name.service, namespace: name.namespace, id: name.id, permit: permit,
            receipt: receipt, elapsedNanoseconds: effects.elapsedNanoseconds)
        switch outcome {
        case .renewed(let end):
            let left = Span.between(effects.elapsedNanoseconds, end)
            return .success(
                Success(expiresAtNanoseconds: Span.after(effects.nowNanoseconds, left)))
        case .unknown: return .failure(name.unknown)
        case .overtaken: return .failure(.overtaken(name))
        case .refused(let mismatch): return .failure(.internalError("\(mismatch)"))
        }
    }
}
