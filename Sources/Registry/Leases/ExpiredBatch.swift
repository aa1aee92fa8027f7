public import Audit
import StrictJSON
import Synchronization

/// One instance whose lease has ended.
public struct ExpiredInstance: Equatable, Sendable {
    /// The instance's id.
    public let id: String
    /// The sequence of the registration that ended: a later registration is not meant.
    public let sequence: UInt64
}

/// Instances of one service whose leases have ended: what one expiry record names.
public struct ExpiredBatch: Equatable, Sendable {
    /// The namespace of the service.
    public let namespace: String
    /// The service's name.
    public let service: String
    /// The instances, at most ``RegistryLimits/expiredPerBatchMax``.
    public let instances: [ExpiredInstance]

    /// What binds the record's receipt to this batch: goes into the record as its decision's id.
    let bindingID: UInt64

    private static let nextBinding = Atomic<UInt64>(1 << 63)

    init(namespace: String, service: String, instances: [ExpiredInstance]) {
        self.namespace = namespace
        self.service = service
        self.instances = instances
        bindingID = ExpiredBatch.nextBinding.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    /// The name of the action under which the journal holds an expiry.
    static let actionName = "service.expire"

    var key: ServiceKey { ServiceKey(namespace: namespace, service: service) }

    /// The system record that must be durable before the batch is reclaimed.
    public var record: Record {
        Record(
            kind: .system, action: ExpiredBatch.actionName,
            resource: ResourceFields(service: service, namespace: namespace),
            detail: encodedDetail(), decisionID: bindingID)
    }

    func encodedDetail() -> [UInt8] {
        var writer = JSONWriter(capacity: 32 + instances.count * 48)
        writer.raw("{\"expired\":[")
        for (index, instance) in instances.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.raw("{\"id\":")
            writer.string(instance.id)
            writer.raw(",\"registered\":")
            writer.integer(instance.sequence)
            writer.raw("}")
        }
        writer.raw("]}")
        return writer.bytes
    }

    /// Reads a batch back from the `detail` of its record.
    static func decode(detail: JSONValue, key: ServiceKey) throws(RegistryError) -> ExpiredBatch {
        guard case .array(let elements) = detail["expired"] else {
            throw .malformed(path: "$.expired", message: "must be an array")
        }
        var instances: [ExpiredInstance] = []
        for element in elements {
            guard let id = element["id"]?.string, let registered = element["registered"]?.integer
            else {
                throw .malformed(path: "$.expired", message: "must hold id and registered")
            }
            instances.append(
                ExpiredInstance(id: id, sequence: UInt64(clamping: registered)))
        }
        return ExpiredBatch(namespace: key.namespace, service: key.service, instances: instances)
    }
}
