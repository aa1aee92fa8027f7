import Foundation
import Testing

@testable import Policy

@Suite struct DigestTests {
    private let base = """
        name: one
        roles: { reader: { actions: [service.read, service.discover] } }
        bindings: [{ role: reader, subjects: [{ user: a }, { user: b }] }]
        acl:
          - { id: x, effect: allow, subjects: [role:reader], actions: [service.read], resources: { services: [api, web] } }
          - { id: y, effect: deny, resources: { services: [db], namespaces: [default] }, when: { source_ip: [10.0.0.0/8] }, except: [role:admin] }
        """

    @Test func hasItsForm() throws {
        let digest = try PolicyFixture.load(base).digest
        #expect(digest.hasPrefix("sha256:"))
        #expect(digest.utf8.count == 7 + 64)
        #expect(digest.dropFirst(7).allSatisfy { $0.isHexDigit && !$0.isUppercase })
    }

    @Test func whatDecidesNothingLeavesIt() throws {
        let same = """
            # A comment, other layout and order, action patterns, a name and a test.
            name: two
            acl:
              - id: y
                except: ["role:admin"]
                effect: deny
                when: { source_ip: ["10.0.0.0/8"] }
                resources: { namespaces: [default], services: [db, db] }
              - { effect: allow, id: x, subjects: [role:reader], actions: [service.read], resources: { services: [web, api] } }
            bindings:
              - { role: reader, subjects: [{ user: b }] }
              - { role: reader, subjects: [{ user: a }] }
            roles: { reader: { actions: ["service.di*", service.read] } }
            tests: [{ name: t, as: { user: a }, do: { action: service.read, service: api }, expect: allow }]
            """
        #expect(try PolicyFixture.load(same).digest == PolicyFixture.load(base).digest)
    }

    @Test(arguments: [
        ("id: x", "id: z"),
        ("effect: deny", "effect: allow, actions: [service.read], subjects: [role:reader]"),
        ("user: b", "user: c"), ("user: b", "saml_group: b"), ("[api, web]", "[api]"),
        ("[api, web]", "[api, \"web*\"]"), ("10.0.0.0/8", "10.0.0.0/9"),
        ("[role:admin]", "[role:viewer]"),
        ("actions: [service.read]", "actions: [service.watch]"),
        ("service.discover", "service.watch"),
        ("namespaces: [default]", "namespaces: [default], tags: [t]"),
        ("namespaces: [default]", "namespaces: [default], tags: { all: [t] }"),
        ("namespaces: [default]", "namespaces: [n]"),
        ("namespaces: [default]", "namespaces: [\"*\"]"),
        ("subjects: [role:reader]", "subjects: [role:reader, \"user:u\"]"),
    ])
    func whatDecidesChangesIt(old: String, new: String) throws {
        var text = base
        let range = try #require(text.range(of: old))
        text.replaceSubrange(range, with: new)
        if new.hasPrefix("effect") { text = text.replacing(", except: [role:admin]", with: "") }
        #expect(try PolicyFixture.load(text).digest != PolicyFixture.load(base).digest)
    }

    @Test func theTrustDomainIsPartOfIt() throws {
        let one = try CompiledPolicy.shippedDefault(trustDomain: "one.example")
        let two = try CompiledPolicy.shippedDefault(trustDomain: "two.example")
        #expect(one.digest != two.digest)
    }

    @Test func lengthsKeepWordsApart() throws {
        let one =
            "bindings: [{ role: admin, subjects: [{ oidc: { issuer: \"a b\", claim: c, value: d } }] }]\n"
        let two =
            "bindings: [{ role: admin, subjects: [{ oidc: { issuer: a, claim: \"b c\", value: d } }] }]\n"
        #expect(try PolicyFixture.load(one).digest != PolicyFixture.load(two).digest)
    }

    @Test func theShippedDefaultKeepsItsDigest() throws {
        let policy = try CompiledPolicy.shippedDefault(trustDomain: "maxine.local")
        #expect(
            policy.digest
                == "sha256:d183f8e9b77b3ca0bbc932d3d85dd3a6ad5a980dce8eebe9e9d45ee73ba0854f")
    }
}
