extension EventKind {
    /// Every event that the gateway records; a test holds it against policy's actions, the sources and docs/audit-log.md.
    public static let all: [EventKind] =
        services + identities + credentials + administration + audit + log + gateway

    private static let services: [EventKind] = [
        EventKind("service.read", "instances of a service read", .access, 6003, 2),
        EventKind("service.discover", "one instance of a service picked", .access, 6003, 2),
        EventKind("service.watch", "a service watched", .access, 6003, 2),
        EventKind("service.call", "a service called", .access, 6003, 2),
        EventKind("service.register", "an instance registered", .object, 6003, 1),
        EventKind("service.heartbeat", "an instance's lease renewed", .access, 6003, 3),
        EventKind("service.deregister", "an instance removed", .object, 6003, 4),
        EventKind("service.drain", "an instance drained", .object, 6003, 3),
        EventKind("service.configure", "a service configured", .admin, 6003, 3),
        EventKind("service.expire", "leases ended by the clock", .object, 6003, 4),
        EventKind("dependency.read", "dependencies read", .access, 6003, 2),
        EventKind("dependency.write", "dependencies changed", .object, 6003, 3),
    ]

    private static let identities: [EventKind] = [
        EventKind("identity.issue", "an identity issued", .credential, 3004, 1, severity: 2),
        EventKind("identity.renew", "an identity renewed", .credential, 3004, 3),
        EventKind("identity.attest", "a workload attested", .credential, 3004, 6, severity: 2),
        EventKind("identity.token", "a join token made", .credential, 3004, 1, severity: 2),
        EventKind("tls.handshake", "a client's handshake refused", .failure, 3002, 1, severity: 3),
        EventKind("federation.read", "federated bundles read", .access, 6003, 2),
        EventKind("federation.write", "federation changed", .admin, 3004, 3, severity: 3),
    ]

    private static let credentials: [EventKind] = [
        EventKind("key.create", "an API key made", .credential, 3004, 1, severity: 2),
        EventKind("key.read", "API keys listed", .access, 3004, 2),
        EventKind("key.rotate", "an API key rotated", .credential, 3004, 3, severity: 2),
        EventKind("key.revoke", "an API key revoked", .credential, 3004, 9, severity: 2),
        EventKind("credential.present", "a credential refused", .failure, 3002, 1, severity: 3),
        EventKind("session.create", "a sign-on", .credential, 3002, 1),
        EventKind("session.read", "a session read", .access, 6003, 2),
        EventKind("session.revoke", "a session ended", .credential, 3002, 2),
        EventKind("rate.limit", "a caller over its rate refused", .limit, 6003, 99, severity: 3),
    ]

    private static let administration: [EventKind] = [
        EventKind("role.read", "roles read", .access, 6003, 2),
        EventKind("role.assign", "a role given or taken", .admin, 3004, 3, severity: 3),
        EventKind("policy.read", "policy read", .access, 6003, 2),
        EventKind("policy.check", "policy asked", .access, 6003, 2),
        EventKind("policy.write", "policy changed", .policy, 3004, 3, severity: 3),
        EventKind("policy.activate", "a policy put into force", .policy, 3004, 10, severity: 3),
        EventKind("policy.refuse", "a changed policy not loaded", .policy, 3004, 99, severity: 3),
        EventKind("policy.pending", "a policy change that waits for approval", .policy, 3004, 99),
        EventKind(
            "policy.break_glass", "emergency rules put into force", .policy, 3004, 10, severity: 4),
        EventKind(
            "policy.break_glass_end", "emergency rules ended", .policy, 3004, 11, severity: 3),
        EventKind("policy.shadow", "what a shadow rule would have done", .policy, 6003, 99),
        EventKind("ca.read", "authorities read", .access, 6003, 2),
        EventKind("ca.rotate", "an authority rotated", .credential, 3004, 3, severity: 3),
        EventKind("ca.taint", "an authority tainted", .credential, 3004, 12, severity: 4),
        EventKind("ca.revoke", "an authority revoked", .credential, 3004, 9, severity: 4),
    ]

    private static let audit: [EventKind] = [
        EventKind("audit.read", "the audit log queried", .auditAccess, 6003, 2, severity: 2),
        EventKind("audit.export", "the audit log exported", .auditAccess, 6003, 2, severity: 2),
        EventKind("audit.verify", "a proof of the audit log read", .auditAccess, 6003, 2),
        EventKind("audit.erase", "a person erased", .auditAccess, 6003, 4, severity: 3),
        EventKind("alert.fired", "an alert rule fired", .alert, 2004, 1, severity: 4),
        EventKind("export.lag", "an exporter behind", .alert, 2004, 1, severity: 3),
    ]

    private static let log: [EventKind] = [
        EventKind("log.segment", "a segment of the log begun", .log, 6002, 99),
        EventKind("log.key", "a key of the log put into use", .credential, 3004, 3, severity: 3),
        EventKind("log.started", "the log started", .log, 6002, 3, severity: 2),
        EventKind("log.stopped", "the log stopped", .log, 6002, 4, severity: 2),
        EventKind("log.recovered", "an unacknowledged tail cut", .log, 6002, 99, severity: 4),
        EventKind("log.pruned", "old segments removed by retention", .log, 6002, 99, severity: 2),
        EventKind("log.refusing", "the log could not be written", .log, 6002, 99, severity: 4),
        EventKind("log.resumed", "the log went on after a failure", .log, 6002, 5, severity: 4),
        EventKind("log.dropped", "outcome records dropped", .log, 6002, 99, severity: 4),
        EventKind("log.clock", "the clock stepped back", .log, 6002, 99, severity: 3),
        EventKind("log.disk", "a disk watermark reached", .log, 6002, 99, severity: 4),
    ]

    private static let gateway: [EventKind] = [
        EventKind("system.read", "the gateway's state read", .access, 6003, 2),
        EventKind("answer.streamed", "the end of a streamed answer", .access, 6003, 2),
        EventKind("http.request", "a request that can't be read", .failure, 6003, 99, severity: 2),
    ]
}
