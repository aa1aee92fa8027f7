import Audit
import Support
import Testing

/// Policies of witnesses as C2SP tlog-policy has them.
@Suite struct WitnessPolicyTests {
    private static let log = "log.example/a"
    private static func key(_ name: String, _ kind: VerifierKey.Kind) throws -> VerifierKey {
        let key = try #require(LogKey(newFor: name))
        return try #require(
            VerifierKey(name: name, kind: kind, publicKey: key.verifier.publicKey))
    }

    private func policy(_ text: String) throws -> WitnessPolicy {
        try WitnessPolicy(Array(text.utf8))
    }

    @Test func readsLogsWitnessesGroupsAndQuorum() throws {
        let keys = try (0..<6).map { try Self.key("w\($0).example", .witness) }
        let log = try Self.key(Self.log, .log)
        let policy = try policy(
            """
              # two levels of groups
            log \(log.text) https://log.example/

            witness X1 \(keys[0].text)
            witness\tX2  \(keys[1].text) https://x2.example/w\u{20}
            witness X3 \(keys[2].text)
            group X 2 X1 X2 X3
            witness Y1 \(keys[3].text)
            witness Y2 \(keys[4].text)
            witness Y3 \(keys[5].text)
            group Y any Y1 Y2 Y3
            group both all X Y
            quorum both

            """)
        #expect(policy.logs == [log])
        #expect(policy.witnesses.map(\.name) == ["X1", "X2", "X3", "Y1", "Y2", "Y3"])
        #expect(policy.witnesses.map(\.address)[0...1] == [nil, "https://x2.example/w"])
        for signed in 0..<64 {
            let signers = keys.enumerated().filter { signed >> $0.offset & 1 == 1 }.map {
                NoteSigner(key: $0.element, seconds: 1)
            }
            let isMet = (signed & 7).nonzeroBitCount >= 2 && signed >> 3 > 0
            #expect(policy.isMet(by: signers) == isMet, "\(signed)")
            #expect(policy.isMet(by: signers + signers) == isMet, "twice is not two")
        }
    }

    @Test func nobodyOrOneMayBeEnough() throws {
        let key = try Self.key("w.example", .witness)
        #expect(try policy("quorum none").isMet(by: []))
        let one = try policy("witness w \(key.text)\nquorum w\n")
        #expect(!one.isMet(by: []))
        #expect(one.isMet(by: [NoteSigner(key: key, seconds: 0)]))
        let other = try Self.key("w.example", .witness)
        #expect(!one.isMet(by: [NoteSigner(key: other, seconds: 0)]))
    }

    @Test func anyOtherLineIsAFaultThatNamesIt() throws {
        let (log, a, b) = (
            try Self.key(Self.log, .log).text, try Self.key("a", .witness).text,
            try Self.key("b", .witness).text
        )
        let two = "witness a \(a)\nwitness b \(b)\n"
        let cases: [(String, Int)] = [
            ("", 0), ("witness a \(a)\n", 0), ("quorum a", 1), ("quorum none\nquorum none", 2),
            ("quorum", 1), ("quorum none none", 1), ("log \(a)\nquorum none", 1),
            ("witness a \(log)\nquorum none", 1), ("log \(log)\nlog \(log)\nquorum none", 2),
            ("witness a \(a)\nwitness c \(a)\nquorum none", 2),
            ("witness a \(a)\nwitness a \(b)\nquorum none", 2),
            ("witness none \(a)\nquorum none", 1), (two + "group g 0 a b\nquorum g", 3),
            (two + "group g 3 a b\nquorum g", 3), (two + "group g 01 a b\nquorum g", 3),
            (two + "group g any\nquorum g", 3), (two + "group g any a a\nquorum g", 3),
            (two + "group g any a\ngroup h any a b\nquorum g", 4),
            (two + "group g any h\ngroup h any a\nquorum g", 3),
            (two + "group a any b\nquorum a", 3), (two + "group g some a b\nquorum g", 3),
            ("Quorum none", 1), ("quorum none\r\n", 1), ("quorum no\u{0}ne", 1),
            ("quorum none # why\n", 1), ("log \(log) x y\nquorum none", 1),
            ("witness a\nquorum none", 1), ("witness a \(a.dropLast())\nquorum none", 1),
        ]
        for (text, line) in cases {
            let fault = #expect(throws: WitnessPolicyFault.self, "\(text)") { try policy(text) }
            #expect(fault?.line == line, "\(text): \(String(describing: fault))")
        }
        let many = (0..<65).map { "witness n\($0) " }
        #expect(throws: WitnessPolicyFault.self) {
            try policy(
                many.map { $0 + ((try? Self.key("m", .witness).text) ?? "") }.joined(
                    separator: "\n") + "\nquorum none")
        }
        #expect(throws: WitnessPolicyFault.self) {
            try policy("#" + String(repeating: "x", count: 70_000) + "\nquorum none")
        }
    }
}
