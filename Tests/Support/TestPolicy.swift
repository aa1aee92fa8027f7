/// Policy files for gateways of tests.
package enum TestPolicy {
    /// Loads, and allows nobody anything.
    package static let nothingAllowed = """
        maxine_policy: 1
        name: nothing-allowed
        """

    /// Lets operators do all with services, and services what the intentions say.
    package static func intentions(_ name: String, _ intentions: String = "") -> String {
        """
        maxine_policy: 1
        name: \(name)
        bindings:
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
        acl:
          - id: admins
            effect: allow
            subjects: [role:admin]
            actions: [service.*, identity.issue, identity.renew]
            resources: { services: ["*"], namespaces: ["*"] }
        intentions:
        \(intentions)
          - { id: spare, effect: allow, from: [{ service: x }], to: [{ service: y }], permit: [discover] }

        """
    }

    /// Web may discover api.
    package static let webToAPI =
        "  - { id: web-to-api, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }"

    /// Web may not do anything with api, whatever else is allowed.
    package static let notNow =
        "  - { id: not-now, effect: deny, from: [{ service: web, namespace: default }], to: [{ service: api, namespace: default }] }"
}
