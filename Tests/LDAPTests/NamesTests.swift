import LDAP
import Testing

@Suite struct NamesTests {
    @Test(arguments: [
        ("alice", "alice"), ("*", #"\2a"#), ("alice)(|(uid=*", #"alice\29\28|\28uid=\2a"#),
        (#"\2a"#, #"\5c2a"#), ("a\0x", #"a\00x"#), ("é", #"\c3\a9"#), ("a b", "a b"),
    ])
    func aFilterHoldsTheNameAndNothingElse(name: String, escaped: String) {
        #expect(FilterText.escaped(name) == escaped)
        #expect(FilterText.filter("(uid={user})", user: name) == "(uid=\(escaped))")
    }

    @Test func aNameThatLooksLikeATemplateIsNotFilledAgain() {
        #expect(
            FilterText.filter("(|(uid={user})(cn={user}))", user: "{user}")
                == "(|(uid={user})(cn={user}))")
    }

    @Test(arguments: [
        "alice,ou=admins", "a+b", #"""#, "a=b", " a", "#a", "a;b", "<>", #"\"#, "a b",
    ])
    func aNameStaysOneValueInADistinguishedName(name: String) throws {
        let text = "uid=\(FilterText.escapedInName(name)),ou=people,dc=org"
        let parsed = try #require(DistinguishedName(text))
        #expect(parsed.ownValue == name)
        let base = try #require(DistinguishedName("ou=people,dc=org"))
        #expect(base.covers(parsed))
    }

    /// A value's `=` may stand as it is, but we write it with a backslash: a name is too long if either spelling is.
    @Test func aNameThatIsTooLongInOurSpellingIsNone() {
        let most = DirectoryLimits.distinguishedNameBytesMax
        let name = DistinguishedName("cn=" + String(repeating: "a", count: most - 3))
        #expect(name?.description.utf8.count == most)
        #expect(DistinguishedName("cn=" + String(repeating: "a", count: most - 2)) == nil)
        #expect(DistinguishedName("cn=" + String(repeating: "=", count: most / 2)) == nil)
    }

    @Test func namesAreEqualWhereDirectoriesTakeThemForOne() throws {
        let one = try #require(DistinguishedName("CN=Ops, OU=Groups,DC=example,DC=org"))
        #expect(one == DistinguishedName("cn=ops,ou=groups,dc=example,dc=org"))
        #expect(one == DistinguishedName(#"cn=o\70s,ou=groups,dc=example,dc=org"#))
        #expect(one != DistinguishedName("cn=ops2,ou=groups,dc=example,dc=org"))
        #expect(DistinguishedName("cn=a+uid=b,dc=x") == DistinguishedName("UID=b+cn=A,dc=x"))
        #expect(one.description == "cn=Ops,ou=Groups,dc=example,dc=org")
    }

    @Test(arguments: [
        ("dc=example,dc=org", "uid=a,dc=example,dc=org", true),
        ("dc=example,dc=org", "DC=Example,DC=ORG", true),
        ("dc=example,dc=org", "uid=a,dc=badexample,dc=org", false),
        ("dc=example,dc=org", #"uid=a\,dc=example\,dc=org"#, false),
        ("dc=example,dc=org", "dc=org", false),
        ("", "dc=org", true),
    ])
    func baseHoldsWhatIsBelowIt(base: String, name: String, holds: Bool) throws {
        let outer = try #require(DistinguishedName(base))
        let inner = try #require(DistinguishedName(name))
        #expect(outer.covers(inner) == holds)
    }

    @Test(arguments: [
        "a", "=a", "a=b,", "a=b,c", #"a="b""#, #"a=\"#, #"a=\zz"#, #"a=\f"#, "a=\0", "a=b;c=d",
        #"a=\ff"#, String(repeating: "a=b,", count: 64) + "a=b", "é=a",
    ])
    func whatIsNoDistinguishedNameIsNone(text: String) {
        #expect(DistinguishedName(text) == nil)
    }

    @Test func aDistinguishedNameSurvivesItsOwnSpelling() throws {
        for text in [
            #"cn=a\,b\+c\"\\\<\>\;\=,dc=x"#, #"cn=\20a\20,dc=x"#, "cn=\\#a,dc=x", "cn=,dc=x",
        ] {
            let name = try #require(DistinguishedName(text))
            #expect(DistinguishedName(name.description) == name, "\(text)")
        }
    }

    @Test(arguments: [
        "", " alice", "alice ", "ali\u{0}ce", "a\nb", "a\u{202E}b", "a\u{200B}b", "a\u{AD}b",
        "a\u{2003}b", String(repeating: "a", count: 257), "\u{E000}", "a\u{FE0F}",
    ])
    func whatCanNotBeSeenIsNobodysName(name: String) { #expect(!UserText.isAcceptable(name)) }

    @Test(arguments: ["alice", "Älice", "a b", "alice@example.org", "*", "李"])
    func whatCanBeSeenMayBeAskedAbout(name: String) { #expect(UserText.isAcceptable(name)) }
}
