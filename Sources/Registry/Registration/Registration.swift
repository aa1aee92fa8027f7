import Text

/// One instance of a service as its owner describes it, checked and within limits.
public struct Registration: Equatable, Sendable {
    /// One metadata member; members keep the order in which they were given.
    public struct Metadata: Equatable, Sendable {
        /// The member's name.
        public let key: String
        /// The member's value.
        public let value: String

        /// Whether both have the same code units.
        public static func == (left: Metadata, right: Metadata) -> Bool {
            left.key.isExactly(right.key) && left.value.isExactly(right.value)
        }
    }

    /// The namespace that the service belongs to.
    public let namespace: String
    /// The service's name.
    public let service: String
    /// The instance's id, unique within its service.
    public let id: String
    /// Where the instance answers: an IP literal or a DNS name.
    public let address: String
    /// The port at which it answers, 1 to 65535.
    public let port: UInt16
    /// Words to filter by, in the order given, without duplicates.
    public let tags: [String]
    /// The version as it was written, or nil where none was given.
    public let version: String?
    /// Free members for clients; the registry does not interpret them.
    public let metadata: [Metadata]
    /// The share of weighted traffic; 0 means none while another instance has a weight.
    public let weight: Int
    /// The zone, or nil where none was given.
    public let zone: String?
    /// The region, or nil where none was given.
    public let region: String?
    /// How long the instance lives without a heartbeat, in seconds.
    public let ttlSeconds: Int

    /// The namespace of a registration that names none.
    public static let defaultNamespace = "default"

    /// Whether both are of one instance and written with the same code units.
    public static func == (left: Registration, right: Registration) -> Bool {
        left.key == right.key && left.encodedDetail() == right.encodedDetail()
    }

    /// Whether it has a tag, with the same code units.
    func has(tag: String) -> Bool { tags.contains { $0.isExactly(tag) } }

    var key: InstanceKey {
        InstanceKey(service: ServiceKey(namespace: namespace, service: service), id: id)
    }

    var ttlNanoseconds: Int64 { Int64(ttlSeconds) * 1_000_000_000 }
}
