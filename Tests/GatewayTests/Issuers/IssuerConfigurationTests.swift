import Auth
import Testing

@testable import Gateway

/// `auth.jwt` as people write it, and each fault with its place.
@Suite struct IssuerConfigurationTests {
    private func issuers(_ text: String) throws -> [TokenIssuer] {
        try ConfigurationFile.load(yaml: ("maxine.yaml", text), environment: [:]).configuration
            .tokenIssuers
    }

    @Test func readsAWholeIssuer() throws {
        let issuers = try issuers(
            """
            auth:
              ldap: []
              jwt:
                - name: ci
                  issuer: https://ci.example
                  audiences: [maxine, "https://maxine"]
                  jwks_file: ./ci.jwks
                  algorithms: [ES256, EdDSA]
                  types: [at+JWT, ""]
                  skew: 5s
                  max_age: 1h
                  subjects: ["repo:acme/*"]
                  claims: { environment: [prod, "stage-*"], /a/b: c }
                  authorized_parties: [runner]
                  require_binding: true
                  user_claim: email
                  groups_claim: /realm/groups
                  groups_prefix: mx-
                  groups_allowed: [ops]
                  roles_claim: roles
                  roles_prefix: r-
                  roles_allowed: [viewer]
                - name: cluster
                  issuer: https://cluster.example
                  audiences: [maxine]
                  jwks_file: ./cluster.jwks
                  service: { name: /kubernetes.io/serviceaccount/name, namespace: /kubernetes.io/namespace }
            """)
        #expect(issuers.count == 2)
        var ci = TokenIssuer(
            name: "ci", issuer: "https://ci.example", audiences: ["maxine", "https://maxine"],
            keys: .file("./ci.jwks"))
        ci.algorithms = [.es256, .edDSA]
        ci.types = ["at+jwt", ""]
        ci.skewSeconds = 5
        ci.maxAgeSeconds = 3600
        ci.subjects = [ClaimGlob("repo:acme/*")]
        ci.claims = [
            BoundClaim(ClaimPath("environment"), [ClaimGlob("prod"), ClaimGlob("stage-*")]),
            BoundClaim(ClaimPath("/a/b"), [ClaimGlob("c")]),
        ]
        ci.authorizedParties = ["runner"]
        ci.requiresBinding = true
        ci.mapping.user = ClaimPath("email")
        ci.mapping.groups = ClaimPath("/realm/groups")
        ci.mapping.groupsPrefix = "mx-"
        ci.mapping.groupsAllowed = [ClaimGlob("ops")]
        ci.mapping.roles = ClaimPath("roles")
        ci.mapping.rolesPrefix = "r-"
        ci.mapping.rolesAllowed = ["viewer"]
        #expect(issuers.first == ci)
        #expect(
            issuers.last?.mapping.service
                == ServiceMapping(
                    name: ClaimPath("/kubernetes.io/serviceaccount/name"),
                    namespace: ClaimPath("/kubernetes.io/namespace")))
    }

    @Test func keysComeFromAFileAnAddressOrTheIssuersMetadata() throws {
        let start = "auth: { jwt: [{ name: a, issuer: \"https://a\", audiences: [m]"
        let named = try issuers(start + ", jwks_url: \"https://b/keys\", ca_file: ./ca.pem }] }")
        let keys = try #require(KeyAddress("https://b/keys", allowsLoopbackHTTP: false))
        #expect(named.first?.keys == .address(keys))
        #expect(named.first?.authorities == "./ca.pem")
        let base = try #require(KeyAddress("https://a", allowsLoopbackHTTP: false))
        #expect(try issuers(start + " }] }").first?.keys == .discovery(base))
        let local = try #require(KeyAddress("http://127.0.0.1:1/k", allowsLoopbackHTTP: true))
        let loopback = start + ", jwks_url: \"http://127.0.0.1:1/k\", loopback_http: true }] }"
        #expect(try issuers(loopback).first?.keys == .address(local))
    }

    private static let good =
        "name: a, issuer: \"https://a\", audiences: [m], jwks_file: ./a"

    @Test(arguments: [
        ("auth: { jwt: 1 }", "maxine.yaml:1:14: auth.jwt must be a list of issuers"),
        (
            "auth: { jwt: [1] }",
            "maxine.yaml:1:15: an issuer of auth.jwt must be a mapping, got the number 1"
        ),
        (
            "auth: { jwt: [{ issuer: a, audiences: [m], jwks_file: f }] }",
            "maxine.yaml:1:15: an issuer of auth.jwt needs name"
        ),
        (
            "auth: { jwt: [{ name: a, issuer: a, audiences: [m] }] }",
            "maxine.yaml:1:15: an issuer of auth.jwt needs jwks_file or jwks_url where its name is no"
                + " https address to ask for its metadata"
        ),
        (
            "auth: { jwt: [{ name: a, issuer: a, audiences: [m], jwks_url: \"http://127.0.0.1/k\" }] }",
            "maxine.yaml:1:15: auth.jwt.jwks_url must be an https address"
        ),
        (
            "auth: { jwt: [{ \(good), jwks_url: \"https://a/k\" }] }",
            "maxine.yaml:1:15: an issuer of auth.jwt has jwks_file or jwks_url, not both"
        ),
        (
            "auth: { jwt: [{ \(good), audience: m }] }",
            "maxine.yaml:1:79: unknown key \"auth.jwt.audience\", did you mean 'audiences'?"
        ),
        (
            "auth: { jwt: [{ \(good), algorithms: [HS256] }] }",
            "maxine.yaml:1:79: auth.jwt.algorithms must be a list of ES256, ES384, ES512, RS256,"
                + " RS384, RS512, PS256, PS384, PS512, EdDSA, Ed25519"
        ),
        (
            "auth: { jwt: [{ \(good), skew: 11m }] }",
            "maxine.yaml:1:79: auth.jwt.skew must be a duration from 0s to 10m, as 60s,"
                + " got \"11m\""
        ),
        (
            "auth: { jwt: [{ \(good), claims: [a] }] }",
            "maxine.yaml:1:79: auth.jwt.claims must be a mapping of claims to patterns"
        ),
        (
            "auth: { jwt: [{ \(good), claims: { a: { b: c } } }] }",
            "maxine.yaml:1:89: auth.jwt.claims.a must be a pattern, or a list of patterns"
        ),
        (
            "auth: { jwt: [{ \(good), service: { namespace: a } }] }",
            "maxine.yaml:1:79: auth.jwt.service must be { name: CLAIM } or"
                + " { name: CLAIM, namespace: CLAIM }"
        ),
        (
            "auth: { jwt: [{ \(good), require_binding: yes please }] }",
            "maxine.yaml:1:79: auth.jwt.require_binding must be true or false, got \"yes please\""
        ),
        (
            "auth:\n  jwt:\n    - { \(good) }\n    - { \(good) }",
            "maxine.yaml:4:7: auth.jwt has two issuers named a"
        ),
        (
            "auth:\n  jwt:\n    - { \(good) }\n    - { name: b, issuer: \"https://a\", audiences: [m], jwks_file: f }",
            "maxine.yaml:4:7: auth.jwt has two issuers whose tokens say \"https://a\""
        ),
        (
            "auth: { saml: [a] }",
            "maxine.yaml:1:16: a provider of auth.saml must be a mapping, got the text 'a'"
        ),
        ("auth: { jtw: [] }", "maxine.yaml:1:9: unknown key \"auth.jtw\""),
    ])
    func saysWhatIsWrongAndWhere(_ text: String, _ fault: String) {
        let errors = #expect(throws: ConfigurationErrors.self) { try issuers(text) }
        #expect(errors?.faults == [fault])
    }
}
