import Text

/// The roles that every policy has.
///
/// A policy may narrow them; it can't widen or rename them.
enum BuiltInRoles {
    /// The roles' names in the order of their power.
    static let names = roles.map(\.name)

    /// What a built-in role may do unless the policy narrows it; nil for other names.
    static func actions(of name: String) -> ActionSet? {
        roles.first { $0.name.isExactly(name) }?.actions
    }

    static let roles: [(name: String, actions: ActionSet)] = [
        ("admin", .all),
        (
            "operator",
            set(
                "service.read service.register service.heartbeat service.deregister",
                "service.discover service.watch service.drain service.configure",
                "dependency.read dependency.write identity.token identity.attest key.read",
                "policy.read policy.check system.read")
        ),
        (
            "viewer",
            set(
                "service.read service.discover service.watch dependency.read policy.read",
                "system.read")
        ),
        ("auditor", set("audit.read audit.export audit.verify policy.read system.read")),
        (
            "service",
            set(
                "service.register service.heartbeat service.deregister service.drain service.read",
                "service.discover service.watch dependency.write identity.issue identity.renew")
        ),
    ]

    private static func set(_ lines: String...) -> ActionSet {
        ActionSet(
            lines.joined(separator: " ").split(separator: " ")
                .compactMap { Action(name: String($0)) })
    }
}
