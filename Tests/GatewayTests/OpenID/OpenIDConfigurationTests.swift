import Auth
import PKI
import Testing

@testable import Gateway

/// `auth.oidc` as people write it, and each fault with its place.
@Suite struct OpenIDConfigurationTests {
    private static let people = "people: { url: https://maxine.example.org }\n"

    private func load(_ providers: String, head: String = people) throws -> [OpenIDSettings] {
        let text = head + "auth:\n  oidc:\n" + providers
        return try ConfigurationFile.load(yaml: ("maxine.yaml", text), environment: [:])
            .configuration.openIDProviders
    }

    private func faults(_ providers: String, head: String = people) -> String {
        do {
            _ = try load(providers, head: head)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func readsAWholeProvider() throws {
        let providers = try load(
            """
                - name: sso
                  issuer: https://sso.example/realm
                  client_id: maxine
                  client_secret: env:SSO_SECRET
                  client_auth: post
                  scopes: [openid, groups]
                  algorithms: [ES256]
                  ca_file: ./ca.pem
                  skew: 5s
                  max_age: 1h
                  acr: [gold]
                  amr: [hwk]
                  confirm: 1m
                  userinfo: true
                  assume_s256: true
                  claims: { hd: example.org }
                  user_claim: email
                  groups_claim: /realm/groups
                  groups_prefix: mx-
                  groups_allowed: [ops]
                  roles_claim: roles
                  roles_allowed: [viewer]

            """)
        let address = try #require(
            KeyAddress("https://sso.example/realm", allowsLoopbackHTTP: false))
        var wanted = OpenIDSettings(
            name: "sso", issuer: "https://sso.example/realm", at: address, clientID: "maxine")
        wanted.proof = .post(.environment("SSO_SECRET"))
        wanted.scopes = ["openid", "groups"]
        wanted.algorithms = [.es256]
        wanted.authorities = "./ca.pem"
        wanted.skewSeconds = 5
        wanted.maxAgeSeconds = 3600
        wanted.contexts = ["gold"]
        wanted.methods = ["hwk"]
        wanted.confirmSeconds = 60
        wanted.asksUserInfo = true
        wanted.assumesS256 = true
        wanted.claims = [BoundClaim(ClaimPath("hd"), [ClaimGlob("example.org")])]
        wanted.mapping.user = ClaimPath("email")
        wanted.mapping.groups = ClaimPath("/realm/groups")
        wanted.mapping.groupsPrefix = "mx-"
        wanted.mapping.groupsAllowed = [ClaimGlob("ops")]
        wanted.mapping.roles = ClaimPath("roles")
        wanted.mapping.rolesAllowed = ["viewer"]
        #expect(providers == [wanted])
    }

    @Test func presetsSayWhatIsUsualAndKeysGoBeforeThem() throws {
        let providers = try load(
            """
                - { name: g, preset: google, client_id: x, client_secret: file:/s }
                - { name: h, preset: github, client_id: x, client_secret: file:/s, client_auth: post }
                - { name: k, user_claim: email, preset: keycloak, issuer: https://k.example/realms/a, client_id: x }
                - { name: e, preset: github, issuer: https://git.example, client_id: x }

            """)
        #expect(providers.map(\.issuer).first == "https://accounts.google.com")
        #expect(providers[0].proof == .basic(.file("/s")))
        let web = try #require(KeyAddress("https://github.com", allowsLoopbackHTTP: false))
        let api = try #require(KeyAddress("https://api.github.com", allowsLoopbackHTTP: false))
        #expect(providers[1].dialect == .github(web: web, api: api))
        #expect(providers[1].proof == .post(.file("/s")))
        #expect(providers[2].mapping.user == ClaimPath("email"))
        #expect(providers[2].mapping.roles == ClaimPath("/realm_access/roles"))
        #expect(providers[2].proof == .none)
        guard case .github(_, let enterprise) = providers[3].dialect else {
            Issue.record("not GitHub's")
            return
        }
        #expect(enterprise.text == "https://git.example/api/v3")
    }

    private static let usual = "name: a, issuer: https://a.example, client_id: x"
    private static let bad: [(String, String)] = [
        ("- { issuer: https://a.example, client_id: x }", "needs name"),
        ("- { name: a, client_id: x }", "needs issuer"),
        ("- { name: a, preset: okta, client_id: x }", "as https://ORG.okta.com"),
        ("- { name: a, issuer: https://a.example }", "needs client_id"),
        ("- { \(usual), isuer: x }", #"unknown key "auth.oidc.isuer", did you mean"#),
        ("- { name: a, issuer: http://a.example, client_id: x }", "must be an https address"),
        (
            "- { name: a, issuer: \"https://a.example?x\", client_id: x }",
            "must be an https address"
        ),
        ("- { \(usual), preset: oktaa }", "auth.oidc.preset must be google, github"),
        ("- { \(usual), preset: auth0 }", "issuer of the preset auth0 is"),
        ("- { \(usual), client_auth: post }", "client_auth needs client_secret"),
        ("- { \(usual), client_auth: none, client_secret: env:X }", "client_auth is none"),
        ("- { \(usual), client_secret: hunter2 }", "auth.oidc.client_secret must be file:PATH"),
        ("- { \(usual), scopes: [email] }", "scopes must hold openid"),
        ("- { \(usual), api_url: https://api.example }", "goes with the preset github"),
        ("- { \(usual), confirm: 1s }", "auth.oidc.confirm must be a duration"),
        ("- { \(usual) }\n    - { \(usual) }", "two providers named a"),
        ("- { name: maxine, issuer: https://a.example, client_id: x }", "names somebody else"),
        ("- x", "must be a mapping"), ("  x: y", "must be a list"),
    ]

    @Test(arguments: bad) func saysWhatIsWrongAndWhere(_ text: String, _ why: String) {
        let faults = faults("    \(text)\n")
        #expect(faults.contains(why), "\(faults)")
        #expect(!faults.contains("hunter2"))
    }

    @Test func needsToKnowWhereBrowsersReachUs() {
        let provider = "    - { \(Self.usual) }\n"
        #expect(faults(provider, head: "").contains("set people.url"))
        #expect(
            faults(provider, head: "people: { url: http://a.example }\n").contains("people.url"))
        #expect(
            faults(provider, head: "people: { url: https://a.example/x }\n").contains("people.url"))
        #expect(
            faults(provider, head: Self.people + "listen: { people: off }\n").contains("is off"))
    }

    @Test func aNameIsOneProvidersOnly() {
        let text =
            "    - { \(Self.usual) }\n  jwt:\n    - { name: a, issuer: x, audiences: [m], jwks_file: f }\n"
        #expect(faults(text).contains("names somebody else already"))
    }
}
