import Audit
import Policy
import StrictJSON

/// The parts of a journal record that the redo looks at.
struct RedoRecord: Sendable {
    var sequence: UInt64
    var kind: RecordKind?
    var action: String
    var resource: ResourceFields?
    /// Who asked for it.
    var principal: PrincipalDigest?
    var detail: [UInt8]?
    /// For an outcome: the sequence of its intent.
    var intent: UInt64?
    /// For an outcome: whether the intent was done.
    var status: UInt16?
}

/// One change of the catalogue as the journal has it.
enum RedoChange: Sendable {
    case register(Registration, PrincipalDigest?)
    case deregister(InstanceKey)
    case expire(ExpiredBatch)

    /// Reads the change out of an intent or expiry record; nil where the record holds none.
    init?(_ record: RedoRecord) throws(RegistryError) {
        switch (record.kind, record.action) {
        case (.intent, "service.register"):
            let key = try RedoChange.instanceKey(record)
            self = .register(
                try Registration.decode(
                    detail: try RedoChange.parse(record.detail), namespace: key.service.namespace,
                    service: key.service.service, id: key.id), record.principal)
        case (.intent, "service.deregister"):
            self = .deregister(try RedoChange.instanceKey(record))
        case (.system, ExpiredBatch.actionName):
            self = .expire(
                try ExpiredBatch.decode(
                    detail: try RedoChange.parse(record.detail),
                    key: try RedoChange.serviceKey(record)))
        default:
            return nil
        }
    }

    /// Whether an outcome of a status says that it was done.
    func isDone(by status: UInt16) -> Bool {
        switch self {
        case .register: status < 400
        case .deregister, .expire: status < 500
        }
    }

    func apply(
        to catalogue: Catalogue, sequence: UInt64, elapsedNanoseconds: Int64
    ) -> Applied {
        switch self {
        case .register(let registration, let owner):
            let instance = Instance(
                registration, owner: owner, sequence: sequence,
                elapsedNanoseconds: elapsedNanoseconds)
            return catalogue.put(instance, elapsedNanoseconds: elapsedNanoseconds, limited: false)
        case .deregister(let key):
            return catalogue.remove(key, sequence: sequence, elapsedNanoseconds: elapsedNanoseconds)
        case .expire(let batch):
            return catalogue.expire(batch, sequence: sequence)
        }
    }

    private static func serviceKey(_ record: RedoRecord) throws(RegistryError) -> ServiceKey {
        guard let resource = record.resource, let service = resource.service else {
            throw .malformed(path: "resource.service", message: "is missing")
        }
        return ServiceKey(namespace: resource.namespace, service: service)
    }

    private static func instanceKey(_ record: RedoRecord) throws(RegistryError) -> InstanceKey {
        guard let id = record.resource?.id else {
            throw .malformed(path: "resource.id", message: "is missing")
        }
        return InstanceKey(service: try serviceKey(record), id: id)
    }

    static func parse(_ detail: [UInt8]?) throws(RegistryError) -> JSONValue {
        guard let detail else { throw .malformed(path: "detail", message: "is missing") }
        do throws(JSONError) {
            return try StrictJSON.parse(detail)
        } catch {
            throw .malformed(path: "detail", message: error.description)
        }
    }
}
