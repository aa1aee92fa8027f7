import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// The keys of our tokens change by age, published before they sign and until their last token has ended.
@Suite(.timeLimit(.minutes(10))) struct KeyRotationTests {
    let harness: TokenHarness
    private let week = Duration.seconds(7 * 86_400)

    init() throws { harness = try TokenHarness() }

    /// One whose keys sign for an hour, some hours ago: what starts after that has certificates that real programs take.
    private func hourly() throws -> InProcessGateway {
        try harness.gateway(
            clock: TestClock(nanoseconds: TestClock.start - 4 * 3_600_000_000_000),
            settings: { $0.tokens.keySeconds = 3_600 })
    }

    private func signer(of token: String) throws -> String? {
        try TokenHarness.part(0, of: token)["kid"]?.string
    }

    private func activations(_ gateway: InProcessGateway) throws -> [JSONValue] {
        try gateway.journal().filter { $0["action"]?.string == "token_key.activate" }
    }

    @Test func theNextKeyIsPublishedBeforeItSignsAndTheLastUntilItsTokensHaveEnded() async throws {
        try await harness.gateway(settings: { $0.tokens.lifeSeconds = 3_600 }).serving { gateway in
            let first = try await TokenHarness.published(gateway)
            #expect(first.count == 2)
            gateway.clock.advance(by: week - .seconds(1))
            try await gateway.tick(.tokenKeys)
            #expect(try await TokenHarness.published(gateway) == first, "too young")
            let old = try await harness.exchange(
                gateway,
                harness.subject(
                    gateway, ["exp": "\(gateway.clock.nanoseconds / 1_000_000_000 + 9_000)"]))
            #expect(try signer(of: old) == first[0])
            gateway.clock.advance(by: .seconds(1))
            try await gateway.tick(.tokenKeys)
            let second = try await TokenHarness.published(gateway)
            #expect(second.count == 3 && second[0] == first[1] && second[2] == first[0])
            let new = try await harness.exchange(gateway, harness.subject(gateway))
            #expect(try signer(of: new) == first[1])
            gateway.clock.advance(by: .seconds(3_598))
            try await gateway.tick(.tokenKeys)
            #expect(try await harness.status(gateway, old) == 200, "to its last second")
            #expect(try await TokenHarness.published(gateway) == second)
            gateway.clock.advance(by: .seconds(303))
            try await gateway.tick(.tokenKeys)
            #expect(try await TokenHarness.published(gateway) == Array(second.prefix(2)))
            let records = try activations(gateway)
            #expect(
                records.map { $0["detail"]?["signs"]?.string } == [first[0], first[1], first[1]])
            #expect(records.allSatisfy { $0["type"]?.string == "system" })
            let sequences = records.compactMap { $0["detail"]?["sequence"]?.integer }
            #expect(sequences == sequences.sorted() && Set(sequences).count == 3)
            let bundle = try await gateway.curl("GET", "/bundle", at: gateway.federationAddress)
            #expect(
                try StrictJSON.parse(Array(bundle.body.utf8))["spiffe_sequence"]?.integer
                    == sequences.last)
        }
    }

    @Test func aClockSetForwardDoesNotHaveAKeySignThatNobodyCanKnow() async throws {
        try await harness.gateway().serving { gateway in
            let first = try await TokenHarness.published(gateway)
            gateway.clock.setWall(by: week * 5)
            try await gateway.tick(.tokenKeys)
            #expect(try await TokenHarness.published(gateway) == first)
            gateway.clock.advance(by: .seconds(900))
            for _ in 0..<3 { try await gateway.tick(.tokenKeys) }
            let second = try await TokenHarness.published(gateway)
            #expect(second == [first[1], second[1], first[0]], "once, not with each look")
        }
    }

    @Test func aClockSetBackStopsNoChange() async throws {
        try await harness.gateway().serving { gateway in
            let first = try await TokenHarness.published(gateway)
            gateway.clock.setWall(by: week * -5)
            for _ in 0..<3 { try await gateway.tick(.tokenKeys) }
            #expect(try await TokenHarness.published(gateway) == first)
            let token = try await harness.exchange(gateway, harness.subject(gateway))
            #expect(try await harness.status(gateway, token) == 200)
            gateway.clock.advance(by: week)
            try await gateway.tick(.tokenKeys)
            let second = try await TokenHarness.published(gateway)
            #expect(second.prefix(1) == [first[1]])
        }
    }

    /// However often the clock is set back, there are only so many keys.
    @Test func theNumberOfKeysIsBounded() async throws {
        try await harness.gateway().serving { gateway in
            for _ in 0..<10 {
                gateway.clock.advance(by: week)
                gateway.clock.setWall(by: week * -1)
                try await gateway.tick(.tokenKeys)
            }
            let keys = try await TokenHarness.published(gateway)
            #expect(keys.count == 8 && Set(keys).count == 8)
            gateway.clock.advance(by: week)
            for _ in 0..<2 { try await gateway.tick(.tokenKeys) }
            #expect(try await TokenHarness.published(gateway).count == 3)
        }
    }

    @Test func aStartGoesOnWithTheSameKeysAndNoRecord() async throws {
        let gateway = try hourly()
        let (first, token) = try await gateway.serving { gateway in
            gateway.clock.advance(by: .seconds(3_600))
            try await gateway.tick(.tokenKeys)
            return (
                try await TokenHarness.published(gateway),
                try await harness.exchange(gateway, harness.subject(gateway))
            )
        }
        let file = gateway.folder.path + "/data/pki/token-keys.json"
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600)
        try await gateway.serving { gateway in
            let keys = try await TokenHarness.published(gateway)
            #expect(keys == first)
            #expect(try await harness.status(gateway, token) == 200)
            #expect(try activations(gateway).count == 2)
        }
        // A file that was lost makes new keys, which the log is told of; no token of the old ones is good.
        try FileManager.default.removeItem(atPath: file)
        try await gateway.serving { gateway in
            #expect(Set(try await TokenHarness.published(gateway)).isDisjoint(with: first))
            #expect(try await harness.status(gateway, token) == 401)
            let records = try activations(gateway)
            #expect(records.count == 3)
            let sequences = records.compactMap { $0["detail"]?["sequence"]?.integer }
            #expect(sequences == sequences.sorted() && Set(sequences).count == 3)
        }
    }

    @Test func whatEndsBetweenTheRecordAndTheFileIsToldByTheNextStart() async throws {
        let gateway = try hourly()
        try await gateway.serving { gateway in
            let first = try await TokenHarness.published(gateway)
            // Where the draft would be there is a folder, so the file can't be replaced.
            let draft = gateway.folder.path + "/data/pki/token-keys.json.new"
            try FileManager.default.createDirectory(
                atPath: draft + "/x", withIntermediateDirectories: true)
            gateway.clock.advance(by: .seconds(3_600))
            try await gateway.tick(.tokenKeys)
            #expect(try await TokenHarness.published(gateway) == first, "the old ones stay")
            #expect(try await gateway.page("/readyz").body.contains("keys of our tokens"))
            let crashed = try gateway.asAfterACrash()
            try FileManager.default.removeItem(
                atPath: crashed.folder.path + "/data/pki/token-keys.json.new")
            try await crashed.serving { next in
                #expect(try await TokenHarness.published(next) == first)
                let said = try activations(next).map { $0["detail"]?["signs"]?.string }
                #expect(said == [first[0], first[1], first[0]])
            }
            try FileManager.default.removeItem(atPath: draft)
            try await gateway.tick(.tokenKeys)
            #expect(try await TokenHarness.published(gateway).first == first[1])
            #expect(try await !gateway.page("/readyz").body.contains("keys of our tokens"))
        }
    }

    @Test func aFileThatOthersCanReadOrThatIsNoneStopsTheStart() async throws {
        let gateway = try harness.gateway()
        try await gateway.serving { _ in }
        let file = gateway.folder.path + "/data/pki/token-keys.json"
        let good = try Data(contentsOf: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        await expectFault(gateway, "can be read by others (mode 0640): run chmod 600")
        for text in ["", "{}", String(decoding: good.dropLast(40), as: UTF8.self)] {
            try Data(text.utf8).write(to: URL(filePath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            await expectFault(gateway, "is no file of token keys")
        }
        try good.write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        try await gateway.serving { _ in }
    }

    private func expectFault(_ gateway: InProcessGateway, _ text: String) async {
        let error = await #expect(throws: (any Error).self) { try await gateway.serving { _ in } }
        let said = error.map { "\($0)" } ?? ""
        #expect(said.contains(text) && !said.contains("PRIVATE"), "\(said)")
    }
}
