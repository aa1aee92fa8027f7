extension Control {
    /// All rows.
    public static let all: [Control] = pci + soc2 + hipaa + iso + nist + gdpr

    private static let pci: [Control] = [
        Control(.pci, "10.2.1.1", "individual access", [.access], "principal, resource"),
        Control(
            .pci, "10.2.1.2", "administrative actions", [.admin, .policy, .credential],
            "principal.roles, action, detail"),
        Control(.pci, "10.2.1.3", "access to audit logs", [.auditAccess], "action audit.*"),
        Control(.pci, "10.2.1.4", "invalid access attempts", [.failure, .limit], "decision deny"),
        Control(
            .pci, "10.2.1.5", "changes to credentials and identities", [.credential, .admin],
            "action identity.*, key.*, session.*, role.*, ca.*"),
        Control(.pci, "10.2.1.6", "start, stop and pause of the log", [.log], "action log.*"),
        Control(
            .pci, "10.2.1.7", "creation and deletion of system objects", [.object],
            "action service.register, .deregister, .expire"),
        Control(
            .pci, "10.2.2", "who, what, when, outcome, origin, object", [],
            "principal, action, time, decision and status, client, resource"),
        Control(.pci, "10.3.2", "logs protected from change", [], "tree root, proof, MANIFEST"),
        Control(.pci, "10.3.4", "change detection on logs", [], "maxine audit verify"),
        Control(.pci, "10.6", "time is synchronised and steps are seen", [.log], "time, log.clock"),
        Control(.pci, "10.7.2", "failure of logging is detected", [.log, .alert], "gaps.json"),
    ]

    private static let soc2: [Control] = [
        Control(
            .soc2, "CC6.1", "logical access is restricted", [.access, .failure],
            "principal, decision, gate, rule"),
        Control(
            .soc2, "CC6.2", "credentials are issued and removed", [.credential],
            "action identity.*, key.*"),
        Control(.soc2, "CC6.3", "roles are managed", [.admin, .policy], "action role.*, policy.*"),
        Control(.soc2, "CC6.6", "boundaries are protected", [.failure], "client, tls.handshake"),
        Control(
            .soc2, "CC7.1", "changes to configuration are detected", [.policy, .log],
            "policy, log.started detail.config"),
        Control(
            .soc2, "CC7.2", "anomalies are monitored", [.alert, .failure, .limit], "alert.fired"),
        Control(
            .soc2, "CC8.1", "changes are authorised and recorded", [.policy, .object],
            "intent and outcome records"),
    ]

    private static let hipaa: [Control] = [
        Control(
            .hipaa, "164.308(a)(1)(ii)(D)", "activity is reviewed", [.auditAccess],
            "action audit.read, audit.export"),
        Control(
            .hipaa, "164.308(a)(5)(ii)(C)", "log-in is monitored", [.credential, .failure],
            "action session.create, tls.handshake"),
        Control(
            .hipaa, "164.312(b)", "activity is recorded", [.access, .object, .admin],
            "every record"),
        Control(.hipaa, "164.312(c)(1)", "integrity", [], "leaf hash, tree root, checkpoint"),
        Control(
            .hipaa, "164.312(d)", "the person is authenticated", [], "principal.auth, client.cert"),
    ]

    private static let iso: [Control] = [
        Control(
            .iso27001, "A.5.18", "access rights", [.admin, .policy], "action role.*, policy.*"),
        Control(.iso27001, "A.5.28", "collection of evidence", [], "this bundle"),
        Control(
            .iso27001, "A.8.15", "logging", [.access, .admin, .failure, .log],
            "user, activity, time, device, outcome"),
        Control(.iso27001, "A.8.16", "monitoring", [.alert], "alert.fired"),
        Control(.iso27001, "A.8.17", "clock synchronisation", [.log], "time, log.clock"),
        Control(.iso27001, "A.8.32", "change management", [.policy], "policy digest"),
    ]

    private static let nist: [Control] = [
        Control(
            .nist, "AU-2", "events that are logged", [.access, .admin, .credential, .failure],
            "docs/audit-log.md, maxine audit coverage"),
        Control(
            .nist, "AU-3", "content of records", [],
            "action, time, client, principal, decision and status, resource"),
        Control(.nist, "AU-5", "response to logging failure", [.log, .alert], "gaps.json, 503"),
        Control(.nist, "AU-6", "review and analysis", [.auditAccess, .alert], "action audit.*"),
        Control(.nist, "AU-8", "time stamps", [.log], "time in UTC, nanoseconds"),
        Control(.nist, "AU-9", "protection of audit information", [], "tree root, signature"),
        Control(.nist, "AU-9(2)", "stored on separate systems", [], "live exporters"),
        Control(.nist, "AU-10", "non-repudiation", [], "receipts, checkpoints"),
        Control(.nist, "AU-12", "records are generated everywhere", [], "maxine audit coverage"),
        Control(
            .nist, "AC-6(9)", "use of privileged functions", [.admin, .policy],
            "principal.roles"),
    ]

    private static let gdpr: [Control] = [
        Control(
            .gdpr, "Art. 5(1)(c)", "data minimisation", [],
            "field allow list, no secrets, no bodies"),
        Control(.gdpr, "Art. 5(2)", "accountability", [.auditAccess], "policy digest, decision"),
        Control(.gdpr, "Art. 17", "erasure", [.auditAccess], "action audit.erase"),
        Control(.gdpr, "Art. 30", "records of processing", [.access], "action, resource"),
        Control(.gdpr, "Art. 32", "security of processing", [.failure, .limit], "integrity proof"),
    ]
}
