import Auth
import PKI
import SAML
import Testing

@testable import Gateway

/// `auth.saml` as people write it, and each fault with its place.
@Suite struct SAMLConfigurationTests {
    private static let people = "people: { url: https://maxine.example.org }\n"
    private static let usual = "name: idp, metadata_file: ./idp.xml"
    private static let own = "key: env:KEY, certificate_file: ./own.pem"

    private func load(
        _ providers: String, head: String = people, tail: String = ""
    ) throws -> [SAMLSettings] {
        let text = head + "auth:\n  saml:\n    " + providers + "\n" + tail
        return try ConfigurationFile.load(yaml: ("maxine.yaml", text), environment: [:])
            .configuration.samlProviders
    }

    private func faults(
        _ providers: String, head: String = people, tail: String = ""
    ) -> String {
        do {
            _ = try load(providers, head: head, tail: tail)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func readsAWholeProvider() throws {
        let providers = try load(
            """
            - name: idp
                  metadata_url: https://idp.example/metadata
                  ca_file: ./ca.pem
                  metadata_signing_certificate: ./signer.pem
                  idp_entity_id: https://idp.example
                  entity_id: urn:maxine
                  key: env:KEY
                  certificate_file: ./own.pem
                  other_key: env:OTHER
                  other_certificate_file: ./other.pem
                  signed: both
                  allow_cbc: true
                  user_attribute: uid
                  groups_attribute: memberOf
                  groups_allowed: [ops]
                  roles_attribute: roles
                  roles_allowed: [viewer]
                  name_format: urn:x
                  force_authn: true
                  skew: 5s
                  session: 2h
            """)
        let address = try #require(
            KeyAddress("https://idp.example/metadata", allowsLoopbackHTTP: false))
        var wanted = SAMLSettings(
            name: "idp", metadata: .address(address, authorities: "./ca.pem"))
        wanted.signerPath = "./signer.pem"
        wanted.entityID = "https://idp.example"
        wanted.ownEntityID = "urn:maxine"
        wanted.key = .environment("KEY")
        wanted.certificatePath = "./own.pem"
        wanted.otherKey = .environment("OTHER")
        wanted.otherCertificatePath = "./other.pem"
        wanted.demand = .both
        wanted.takesCBC = true
        wanted.userAttribute = "uid"
        wanted.groupsAttribute = "memberOf"
        wanted.groupsAllowed = [ClaimGlob("ops")]
        wanted.rolesAttribute = "roles"
        wanted.rolesAllowed = ["viewer"]
        wanted.nameFormat = "urn:x"
        wanted.isForced = true
        wanted.skewSeconds = 5
        wanted.sessionSeconds = 7_200
        #expect(providers == [wanted])
        #expect(
            try load("- { \(Self.usual) }")
                == [SAMLSettings(name: "idp", metadata: .file("./idp.xml"))])
    }

    @Test(arguments: [
        ("x", "auth.saml must be a list of providers"), ("- x", "must be a mapping"),
        ("- { metadata_file: ./a }", "needs name"),
        ("- { name: idp }", "metadata_file and metadata_url"),
        ("- { \(usual), metadata_url: https://a, idp_entity_id: x }", "one of metadata_file and"),
        ("- { \(usual), ca_file: ./ca }", "go with auth.saml.metadata_url"),
        ("- { \(usual), loopback_http: true }", "go with auth.saml.metadata_url"),
        ("- { name: idp, metadata_url: https://a }", "needs auth.saml.idp_entity_id"),
        ("- { name: idp, metadata_url: http://a, idp_entity_id: x }", "must be an https address"),
        ("- { name: idp, metadata_url: http://127.0.0.1, idp_entity_id: x }", "an https address"),
        (
            "- { name: idp, metadata_url: http://a, idp_entity_id: x, loopback_http: true }",
            "must be an https address"
        ),
        (
            "- { \(usual), metadata_fiel: x }",
            #"unknown key "auth.saml.metadata_fiel", did you mean"#
        ),
        ("- { \(usual) }\n    - { \(usual) }", "has two providers named idp"),
        ("- { \(usual), key: env:KEY }", "certificate_file go together"),
        ("- { \(usual), certificate_file: ./a }", "certificate_file go together"),
        ("- { \(usual), \(own), other_key: env:O }", "other_certificate_file go together"),
        (
            "- { \(usual), other_key: env:O, other_certificate_file: ./o }",
            "with auth.saml.key"
        ),
        ("- { \(usual), allow_cbc: true }", "auth.saml.allow_cbc needs auth.saml.key"),
        ("- { \(usual), \(own), allow_cbc: true, signed: assertion }", "signed themselves"),
        (
            "- { \(usual), signed: none }",
            "auth.saml.signed must be either, response, assertion, both"
        ),
        ("- { \(usual), key: hunter2, certificate_file: ./a }", "auth.saml.key must be file:PATH"),
        ("- { \(usual), skew: 4m }", "auth.saml.skew must be a duration from 0s to 3m"),
        ("- { \(usual), session: 13h }", "auth.saml.session must be a duration from 1m to 12h"),
        ("- { \(usual), force_authn: yes }", "auth.saml.force_authn must be true or false"),
        ("- { \(usual), groups_allowed: ops }", "auth.saml.groups_allowed must be a list"),
        ("- { name: a/b, metadata_file: x }", "auth.saml.name must be"),
    ])
    func saysWhatIsWrong(_ text: String, _ fault: String) {
        let said = faults(text)
        #expect(said.contains(fault), "\(said)")
        #expect(said.contains("maxine.yaml:"), "\(said)")
        #expect(!said.contains("hunter2"))
    }

    @Test func saysWhatDoesNotGoWithTheRest() {
        let provider = "- { \(Self.usual) }"
        #expect(
            faults(provider, head: "").contains("set people.url"), "\(faults(provider, head: ""))")
        let off = "listen: { people: off }\n" + Self.people
        #expect(faults(provider, head: off).contains("is off"), "\(faults(provider, head: off))")
        let others = [
            "  oidc: [{ name: idp, issuer: https://a.example, client_id: x, client_auth: none }]",
            "  jwt: [{ name: idp, issuer: https://a.example, audiences: [x] }]",
            "  ldap: [{ name: idp, servers: [\"ldaps://a.example\"], base: \"dc=a\", direct_bind: \"uid={user},dc=a\" }]",
        ]
        for other in others {
            let said = faults(provider, tail: other)
            #expect(said.contains("idp names somebody else already"), "\(other): \(said)")
        }
        #expect(faults("- { name: maxine, metadata_file: x }").contains("names somebody else"))
    }
}
