import Audit
import Foundation
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

/// A generator that gives the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A folder that is removed at the end.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("registry-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
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
            Instance(registration, sequence: sequence, nowNanoseconds: now), nowNanoseconds: now,
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
