/// The policy that tests of API keys run under: an operator's keys look at everything, and a service's act as it does.
enum KeyPolicy {
    static let text = """
        maxine_policy: 1
        name: keys
        roles: { keeper: { actions: ["key.*", service.read] } }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }, { api_key_scope: everything }] }
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }, { api_key_scope: serve }] }
          - { role: keeper, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
          - { role: viewer, subjects: [{ api_key_scope: "registry:read" }] }
        acl:
          - { id: admins, effect: allow, subjects: [role:admin], actions: [service.*, identity.issue], resources: { services: ["*"], namespaces: ["*"] } }
        intentions:
          - { id: web-to-api, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }
        """

    /// The same after operators have lost their role.
    static let demoted = text.replacing(
        #"{ spiffe: "spiffe://{trust_domain}/operator/*" }, "#, with: "")
}
