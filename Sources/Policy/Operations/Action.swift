/// Everything that a principal can ask Maxine to do.
///
/// The raw values are the bits of `ActionSet`; they are not stored anywhere.
public enum Action: UInt8, CaseIterable, Sendable {
    case serviceRead, serviceRegister, serviceHeartbeat, serviceDeregister
    case serviceDiscover, serviceWatch, serviceDrain, serviceConfigure
    case dependencyRead, dependencyWrite
    case identityIssue, identityRenew, identityAttest, identityToken
    case keyCreate, keyRead, keyRotate, keyRevoke
    case sessionCreate, sessionRead, sessionRevoke
    case roleRead, roleAssign
    case lockRead, lockWrite
    case policyRead, policyCheck, policyWrite
    case auditRead, auditExport, auditVerify, auditErase
    case caRead, caRotate, caTaint, caRevoke
    case federationRead, federationWrite
    case systemRead

    /// The action's name in policies and records, such as `service.discover`.
    public var name: String { Self.names[Int(rawValue)] }

    /// The part before the point, such as `service`.
    public var family: String { Self.families[Int(rawValue)] }

    /// The part behind the point, such as `discover`.
    public var verb: String { Self.verbs[Int(rawValue)] }

    /// Whether the action is on a service, so that the ACL and intention gates judge it.
    ///
    /// These are `service.*`, `dependency.*`, `identity.issue` and `identity.renew`.
    public var isServiceScoped: Bool { ActionSet.serviceScoped.contains(self) }

    /// The action of that name.
    public init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name.utf8.elementsEqual(name.utf8) })
        else { return nil }
        self = found
    }
}

extension Action: CustomStringConvertible {
    /// The action's name.
    public var description: String { name }
}

extension Action {
    /// Names by raw value.
    private static let names = [
        "service.read", "service.register", "service.heartbeat", "service.deregister",
        "service.discover", "service.watch", "service.drain", "service.configure",
        "dependency.read", "dependency.write",
        "identity.issue", "identity.renew", "identity.attest", "identity.token",
        "key.create", "key.read", "key.rotate", "key.revoke",
        "session.create", "session.read", "session.revoke",
        "role.read", "role.assign",
        "lock.read", "lock.write",
        "policy.read", "policy.check", "policy.write",
        "audit.read", "audit.export", "audit.verify", "audit.erase",
        "ca.read", "ca.rotate", "ca.taint", "ca.revoke",
        "federation.read", "federation.write",
        "system.read",
    ]

    private static let families = names.map { String($0.prefix { $0 != "." }) }
    private static let verbs = names.map { String($0.drop { $0 != "." }.dropFirst()) }
}
