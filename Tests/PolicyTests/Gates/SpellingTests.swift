import Testing

@testable import Policy

/// Text of other code units is other text, though Swift's comparison takes an accented letter for the letter and its accent.
@Suite struct SpellingTests {
    private static let composed = "caf\u{E9}"
    private static let decomposed = "cafe\u{301}"

    /// Two accents in one order and in the other: canonically equal, and as many bytes.
    private static let orders = ("a\u{301}\u{323}", "a\u{323}\u{301}")

    private static let pairs = [
        (composed, decomposed), (decomposed, composed), orders, (orders.1, orders.0),
    ]

    @Test func swiftTakesThemForTheSame() {
        for (written, given) in Self.pairs { #expect(written == given) }
    }

    private typealias Subject = (binding: String, make: @Sendable (String) -> Principal)

    private static let subjects: [Subject] = [
        ("{ user: \"NAME\" }", { PolicyFixture.user($0) }),
        ("{ ldap_group: \"cn=NAME,dc=x\" }", { of(\.ldapGroups, "cn=\($0),dc=x") }),
        ("{ saml_group: \"NAME\" }", { of(\.samlGroups, $0) }),
        (
            "{ oidc: { issuer: \"https://NAME\", claim: c, value: v } }",
            { claiming(OIDCClaim(issuer: "https://\($0)", claim: "c", value: "v")) }
        ),
        (
            "{ oidc: { issuer: i, claim: \"NAME\", value: v } }",
            { claiming(OIDCClaim(issuer: "i", claim: $0, value: "v")) }
        ),
        (
            "{ oidc: { issuer: i, claim: c, value: \"NAME\" } }",
            { claiming(OIDCClaim(issuer: "i", claim: "c", value: $0)) }
        ),
        (
            "{ api_key_scope: \"NAME\" }",
            {
                var key = Principal(kind: .key, id: "k", authentication: .apiKey)
                key.apiKeyScopes = [$0]
                return key
            }
        ),
    ]

    private static func of(
        _ list: WritableKeyPath<Principal, [String]>, _ name: String
    ) -> Principal {
        var user = PolicyFixture.user("u")
        user[keyPath: list] = [name]
        return user
    }

    private static func claiming(_ claim: OIDCClaim) -> Principal {
        var user = PolicyFixture.user("u")
        user.oidcClaims = [claim]
        return user
    }

    @Test(arguments: subjects.indices, pairs.indices)
    func aBindingGivesNoRoleToAnotherSpelling(subject: Int, pair: Int) throws {
        let (binding, make) = Self.subjects[subject]
        let (written, given) = Self.pairs[pair]
        let text = binding.replacing("NAME", with: written)
        let policy = try PolicyFixture.load(
            "bindings: [{ role: auditor, subjects: [\(text)] }]\n")
        #expect(policy.subject(for: make(written)).roles == ["auditor"])
        #expect(policy.subject(for: make(given)).roles == [])
    }

    private static let terms: [(term: String, make: @Sendable (String) -> Principal)] = [
        ("user:NAME", { rooted(PolicyFixture.user($0)) }),
        ("key:NAME", { rooted(Principal(kind: .key, id: $0, authentication: .apiKey)) }),
        ("group:NAME", { rooted(of(\.ldapGroups, $0)) }),
        ("group:NAME", { rooted(of(\.samlGroups, $0)) }),
        (
            "group:NAME",
            { rooted(claiming(OIDCClaim(issuer: "i", claim: "groups", value: $0))) }
        ),
    ]

    private static func rooted(_ principal: Principal) -> Principal {
        var principal = principal
        principal.directRoles = ["admin"]
        if principal.kind == .key { principal.owner = KeyOwner(rooted(PolicyFixture.user("o"))) }
        return principal
    }

    @Test(arguments: terms.indices, pairs.indices)
    func aRuleSpeaksOfNobodyOfAnotherSpelling(term: Int, pair: Int) throws {
        let (term, make) = Self.terms[term]
        let (written, given) = Self.pairs[pair]
        let subject = "\"" + term.replacing("NAME", with: written) + "\""
        let denied = try PolicyFixture.load(
            "acl: [{ id: d, effect: deny, subjects: [\(subject)] }]\n")
        #expect(denied.answer(make(written), .systemRead, nil) == "deny acl d deny rule d")
        #expect(denied.answer(make(given), .systemRead, nil) == "allow rbac -")
        let excepted = try PolicyFixture.load(
            "acl: [{ id: d, effect: deny, except: [\(subject)] }]\n")
        #expect(excepted.answer(make(written), .systemRead, nil) == "allow rbac -")
        #expect(excepted.answer(make(given), .systemRead, nil) == "deny acl d deny rule d")
    }

    @Test(arguments: pairs.indices) func aTagOfAnotherSpellingIsAnother(pair: Int) throws {
        let (written, given) = Self.pairs[pair]
        for tags in ["[\"\(written)\"]", "{ all: [\"\(written)\"] }", "[\"\(written)*\"]"] {
            let policy = try PolicyFixture.load(
                PolicyFixture.bindings + """
                    acl:
                      - { id: a, effect: allow, subjects: [role:admin], actions: [service.read], resources: { services: ["*"], tags: \(tags) } }

                    """)
            let root = PolicyFixture.user("root")
            #expect(policy.answer(root, .serviceRead, "x", tags: [written]) == "allow acl a")
            let refused = "deny acl - no rule allows it"
            #expect(policy.answer(root, .serviceRead, "x", tags: [given]) == refused)
            #expect(policy.answer(root, .serviceRead, "x", tags: [given, "b"]) == refused)
        }
    }

    @Test func aServiceOfAnotherSpellingIsNotOnesOwn() throws {
        let policy = try PolicyFixture.load(PolicyFixture.bindings)
        let kelvin = try PolicyFixture.service("K", namespace: "K")
        #expect(policy.answer(kelvin, .serviceRegister, "K", namespace: "K") == "allow acl -")
        let refused = "deny intention - no rule allows it"
        #expect(
            policy.answer(kelvin, .serviceRegister, "\u{212A}", namespace: "K") == refused)
        #expect(
            policy.answer(kelvin, .serviceRegister, "K", namespace: "\u{212A}") == refused)
    }

    @Test(arguments: pairs.indices) func policiesOfOtherSpellingsHaveOtherDigests(pair: Int) throws
    {
        let (written, given) = Self.pairs[pair]
        let digests = try [written, given].map {
            try PolicyFixture.load("bindings: [{ role: admin, subjects: [{ user: \"\($0)\" }] }]\n")
                .digest
        }
        #expect(digests[0] != digests[1])
        let both = try PolicyFixture.load(
            "bindings: [{ role: admin, subjects: [{ user: \"\(written)\" }, { user: \"\(given)\" }] }]\n"
        )
        #expect(both.digest != digests[0] && both.digest != digests[1])
    }

    /// Each part of a principal tells it apart; who adds one adds it here.
    @Test func principalsAreEqualByTheirCodeUnits() throws {
        let (one, other) = (Self.composed, Self.decomposed)
        let changes: [@Sendable (inout Principal, String) -> Void] = [
            { $0.membership = Membership(provider: $1, isOnlyProvider: true) },
            { $0.membership = Membership(provider: "", isOnlyProvider: true, groups: [$1]) },
            { $0.id = $1 }, { $0.ldapGroups = [$1] }, { $0.samlGroups = [$1] },
            { $0.oidcClaims = [OIDCClaim(issuer: $1, claim: "", value: "")] },
            { $0.oidcClaims = [OIDCClaim(issuer: "", claim: $1, value: "")] },
            { $0.oidcClaims = [OIDCClaim(issuer: "", claim: "", value: $1)] },
            { $0.apiKeyScopes = [$1] }, { $0.directRoles = [$1] },
            { $0.service = Self.identity($1, "", "", "") },
            { $0.service = Self.identity("", $1, "", "") },
            { $0.service = Self.identity("", "", $1, "") },
            { $0.service = Self.identity("", "", "", $1) },
            { $0.kind = $1.utf8.count == 5 ? .user : .key },
            { $0.authentication = $1.utf8.count == 5 ? .jwt : .saml },
            { $0.spiffeID = try? SPIFFEID(parsing: "spiffe://a/\($1.utf8.count)") },
            { $0.owner = KeyOwner(PolicyFixture.user($1)) },
        ]
        for (index, change) in changes.enumerated() {
            var (first, same, second) = (
                PolicyFixture.user("u"), PolicyFixture.user("u"), PolicyFixture.user("u")
            )
            change(&first, one)
            change(&same, one)
            change(&second, other)
            #expect(first == same, "\(index)")
            #expect(first != second, "\(index)")
        }
        #expect(Mirror(reflecting: PolicyFixture.user("u")).children.count == 12)
    }

    private static func identity(
        _ domain: String, _ namespace: String, _ datacenter: String, _ service: String
    ) -> ServiceIdentity {
        ServiceIdentity(
            trustDomain: domain, namespace: namespace, datacenter: datacenter, service: service)
    }
}
