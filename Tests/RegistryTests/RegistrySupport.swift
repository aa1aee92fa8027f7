import Policy
import StrictJSON

@testable import Registry

let second: Int64 = 1_000_000_000

func json(_ text: String) throws -> JSONValue {
    try StrictJSON.parse(Array(text.utf8))
}

func registration(
    _ id: String, service: String = "api", namespace: String = "default", port: Int = 8080,
    tags: [String] = [], version: String? = nil, weight: Int = 1, ttl: Int = 30
) throws -> Registration {
    var members = "\"address\":\"10.0.0.1\",\"port\":\(port),\"weight\":\(weight)"
    members += ",\"ttlSeconds\":\(ttl),\"namespace\":\"\(namespace)\""
    members += ",\"tags\":[\(tags.map { "\"\($0)\"" }.joined(separator: ","))]"
    if let version { members += ",\"version\":\"\(version)\"" }
    return try Registration.parse(try json("{\(members)}"), service: service, id: id)
}

extension Catalogue {
    /// Every instance with its sequence and registration, to compare states.
    var contents: [InstanceKey: StoredInstance] {
        var contents: [InstanceKey: StoredInstance] = [:]
        for entry in entries() {
            for instance in entry.snapshot.instances {
                contents[instance.registration.key] = StoredInstance(instance)
            }
        }
        return contents
    }

    func put(_ registration: Registration, sequence: UInt64, now: Int64 = 0) -> Applied {
        put(
            Instance(registration, sequence: sequence, elapsedNanoseconds: now),
            elapsedNanoseconds: now,
            limited: true)
    }
}

extension StoredInstance {
    init(_ instance: Instance) {
        self.init(
            namespace: instance.registration.namespace, service: instance.registration.service,
            id: instance.id, sequence: instance.sequence,
            detail: instance.registration.encodedDetail())
    }
}
