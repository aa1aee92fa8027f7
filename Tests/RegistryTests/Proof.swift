import Audit
import Policy
import ProofSupport
import Registry

/// A permit and the receipt of its record.
struct Proof: ~Copyable {
    var permit: Permit
    var receipt: Receipt
}

extension Gatehouse {
    /// A permit for an operation and the receipt of its record.
    func proof(
        _ action: Action, service: String?, namespace: String = "default", id: String? = nil,
        tags: [String]? = nil, detail: [UInt8]? = nil, over registry: Registry? = nil
    ) throws -> Proof {
        let existing = registry?.existing(
            service: service ?? "", namespace: namespace, id: id ?? "")
        let permit = try permit(
            action, Resource(service: service, namespace: namespace, id: id, tags: tags),
            existing: existing)
        let isChange = action == .serviceRegister || action == .serviceDeregister
        let receipt = try receipt(
            Record(
                kind: isChange ? .intent : .decision, action: action.name,
                resource: ResourceFields(service: service, namespace: namespace, id: id),
                detail: detail, decisionID: permit.decisionID))
        return Proof(permit: permit, receipt: receipt)
    }
}
