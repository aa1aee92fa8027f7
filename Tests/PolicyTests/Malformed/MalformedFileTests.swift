import Testing

@testable import Policy

/// A policy file that must be refused, and exactly how.
struct MalformedFile: Sendable, CustomTestStringConvertible {
    var name: String
    var lines: [String]
    /// The errors without the file's name: `line:column: message (hint)`.
    var errors: [String]

    var testDescription: String { name }
}

enum MalformedFiles {}

@Suite struct MalformedFileTests {
    @Test(arguments: MalformedFiles.table + MalformedFiles.moreTable)
    func refuses(file: MalformedFile) {
        let text = file.lines.map { $0 + "\n" }.joined()
        let source = PolicySource(name: "p.yaml", text: text)
        let errors = #expect(throws: PolicyErrors.self) {
            _ = try CompiledPolicy.load(files: [source], trustDomain: "maxine.local")
        }
        #expect(errors?.errors.map(\.description) == file.errors.map { "p.yaml:" + $0 })
    }

    @Test func namesTheCodeOfEachKindOfError() {
        let codes = Set(
            (MalformedFiles.table + MalformedFiles.moreTable).flatMap { file in
                let text = file.lines.map { $0 + "\n" }.joined()
                return errors(of: Array(text.utf8)).map(\.code)
            })
        #expect(codes == Set(PolicyError.Code.allCases).subtracting([.unreadable]))
    }

    @Test func refusesBytesThatAreNotUTF8AtTheirPlace() {
        let bytes = Array("maxine_policy: 1\nname: \u{E9}".utf8) + [0xC3, 0x28]
        #expect(errors(of: bytes).map(\.description) == ["p.yaml:2:8: the file is not UTF-8"])
    }

    @Test(arguments: [
        "\u{0}", "\u{1B}", "\u{202E}", "\u{200B}", "\u{FEFF}", "\u{AD}", "\u{61C}", "\u{2060}",
        "\u{2028}", "\u{E0061}",
    ])
    func refusesInvisibleCharacters(character: String) {
        let found = errors(of: Array("maxine_policy: 1 # \(character)\n".utf8))
        #expect(found.first?.code == .syntax)
        #expect(found.first.map { [$0.line, $0.column] } == [1, 20])
    }

    /// A comment may hold an emoji, which needs one of these; a name that does looks like another.
    @Test(arguments: ["\u{FE0F}", "\u{34F}", "\u{3164}", "\u{115F}"])
    func refusesNamesWithCharactersThatNobodySees(character: String) throws {
        let found = errors(
            of: Array(
                "maxine_policy: 1\nacl: [{ id: a, effect: deny, subjects: [\"user:al\(character)\"] }]\n"
                    .utf8))
        #expect(found.count == 1)
        let message = found.first?.description ?? ""
        #expect(message.hasPrefix("p.yaml:2:41: a subject holds the invisible character U+"))
        #expect(errors(of: Array("maxine_policy: 1 # \u{26A0}\(character)\n".utf8)).isEmpty)
    }

    /// Whoever is called `*` must not hold what was meant for a pattern.
    @Test(arguments: [
        "{ user: \"*\" }", "{ ldap_group: \"cn=*\" }", "{ saml_group: \"ops*\" }",
        "{ api_key_scope: \"deploy:*\" }", "{ oidc: { issuer: i, claim: c, value: \"*\" } }",
    ])
    func refusesWhatLooksLikeAPatternWhereNoneCanBe(subject: String) {
        let found = errors(
            of: Array(
                "maxine_policy: 1\nbindings: [{ role: admin, subjects: [\(subject)] }]\n".utf8))
        #expect(found.count == 1)
        #expect(found.first?.message.hasSuffix("*' can't be a pattern") == true)
    }

    /// Some editors put one there; a second one is no mark any more.
    @Test func takesAByteOrderMarkAtTheBeginning() throws {
        let text = "maxine_policy: 1\nname: marked\n"
        let plain = PolicySource(name: "p.yaml", text: text)
        let marked = PolicySource(name: "p.yaml", bytes: [0xEF, 0xBB, 0xBF] + plain.bytes)
        let digests = try [plain, marked].map {
            try CompiledPolicy.load(files: [$0], trustDomain: "maxine.local").digest
        }
        #expect(digests[0] == digests[1])
        let found = errors(of: marked.bytes + Array("rolez: []".utf8))
        #expect(found.map { [$0.line, $0.column] } == [[3, 1]])
        #expect(errors(of: [0xEF, 0xBB, 0xBF] + marked.bytes).first?.code == .syntax)
    }

    @Test func refusesAFileOverTheLimitUnread() {
        let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: PolicyLimits.fileBytesMax + 1)
        #expect(
            errors(of: bytes).map(\.description) == [
                "p.yaml:1:1: the file has 4194305 bytes, at most 4194304 are allowed"
            ])
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "{? "])
    func survivesNestingThatNoFileNeeds(opener: String) {
        let text = String(repeating: opener, count: 100_000)
        #expect(!errors(of: Array(text.utf8)).isEmpty)
    }

    @Test func refusesAnAliasBombWithoutUnfoldingIt() {
        var text = "maxine_policy: 1\nname:\n"
        text += "  a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<30 {
            let alias = "*a\(level - 1)"
            text +=
                "  a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
        }
        text += "  ? *a29\n  : x\n"
        let found = errors(of: Array(text.utf8))
        #expect(found.count == 30)
        #expect(found.allSatisfy { $0.code == .syntax })
    }

    @Test func anAmpersandOrStarInTextIsNoAnchor() throws {
        let text = """
            maxine_policy: 1
            bindings:
              - { role: admin, subjects: [{ user: "R&D *x" }] } # &not *one
              - { role: admin, subjects: [{ user: a&b }] }
            """
        let policy = try CompiledPolicy.load(
            files: [PolicySource(name: "p.yaml", text: text)], trustDomain: "maxine.local")
        let user = Principal(kind: .user, id: "R&D *x", authentication: .session)
        #expect(policy.subject(for: user).roles == ["admin"])
    }

    @Test func countsTheErrorsThatItDoesNotShow() {
        let text =
            "maxine_policy: 1\nacl:\n" + String(repeating: "  - { effect: deny }\n", count: 150)
        let found = errors(of: Array(text.utf8))
        #expect(found.count == PolicyLimits.errorsMax + 1)
        #expect(found.last?.message == "50 more errors are not shown")
    }

    private func errors(of bytes: [UInt8]) -> [PolicyError] {
        do throws(PolicyErrors) {
            let source = PolicySource(name: "p.yaml", bytes: bytes)
            _ = try CompiledPolicy.load(files: [source], trustDomain: "maxine.local")
            return []
        } catch {
            return error.errors
        }
    }
}
