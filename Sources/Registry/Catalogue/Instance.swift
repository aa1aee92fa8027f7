import Policy

/// One registered instance: immutable but for its lease.
final class Instance: Sendable {
    let registration: Registration
    let version: ServiceVersion?
    let fragment: [UInt8]
    let sequence: UInt64
    let lease: Lease
    /// Who registered it; nil where a version wrote it that did not say.
    let owner: PrincipalDigest?
    /// The instance as policy judges a change of it.
    let existing: ExistingResource

    convenience init(
        _ registration: Registration, owner: PrincipalDigest? = nil, sequence: UInt64,
        elapsedNanoseconds: Int64
    ) {
        self.init(
            registration, owner: owner, sequence: sequence,
            lease: Lease(
                ttlNanoseconds: registration.ttlNanoseconds,
                elapsedNanoseconds: elapsedNanoseconds))
    }

    private init(
        _ registration: Registration, owner: PrincipalDigest?, sequence: UInt64, lease: Lease
    ) {
        self.registration = registration
        self.owner = owner
        self.sequence = sequence
        version = registration.version.flatMap { ServiceVersion($0) }
        fragment = registration.encodedFragment()
        existing = ExistingResource(
            Resource(
                service: registration.service, namespace: registration.namespace,
                id: registration.id, tags: registration.tags), revision: sequence)
        self.lease = lease
    }

    /// The same with the same lease, and nobody's.
    var ofNobody: Instance {
        Instance(registration, owner: nil, sequence: sequence, lease: lease)
    }

    var id: String { registration.id }
}

/// One live instance as an answer shows it.
public struct DiscoveredInstance: Sendable {
    private let instance: Instance

    init(_ instance: Instance) {
        self.instance = instance
    }

    /// The instance as a JSON object, encoded when it was registered.
    public var fragment: [UInt8] { instance.fragment }

    /// What its owner registered.
    public var registration: Registration { instance.registration }

    /// The sequence of the record that registered it.
    public var sequence: UInt64 { instance.sequence }
}
