import Audit
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// A key of our tokens that somebody else may have is worth nothing at once, and stays so.
@Suite(.timeLimit(.minutes(10))) struct RetiredTokenKeyTests {
    private static let path = "/api/maxine/auth/token-keys"
    let harness: TokenHarness

    init() throws { harness = try TokenHarness() }

    private func retired(_ answer: CurlAnswer) -> [String] {
        guard case .array(let names)? = answer.json?["retired"] else { return [] }
        return names.compactMap(\.string)
    }

    /// A connection on which a token was taken before, so that a loop remembers it.
    private func pipe(_ gateway: InProcessGateway, _ token: String) async throws -> TLSPipe {
        let pipe = try await Shell.aside {
            try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
        }
        #expect(try await ask(pipe, token).hasPrefix("HTTP/1.1 200"))
        return pipe
    }

    private func ask(_ pipe: TLSPipe, _ token: String) async throws -> String {
        try await Shell.aside {
            pipe.send(
                "GET \(InProcessGateway.status) HTTP/1.1\r\nhost: localhost\r\n"
                    + "authorization: Bearer \(token)\r\n\r\n")
            return pipe.answer()
        }
    }

    @Test func theKeyThatSignsIsGoneAtTheNextRequestAndTheNextOneSigns() async throws {
        try await harness.gateway().serving { gateway in
            let before = try await TokenHarness.published(gateway)
            let token = try await harness.exchange(gateway, harness.subject(gateway))
            let open = try await pipe(gateway, token)
            let answer = try await gateway.curl("DELETE", "\(Self.path)/\(before[0])")
            #expect(answer.status == 200, "\(answer.body)")
            #expect(retired(answer) == [before[0]])
            #expect(answer.json?["signs"]?.string == before[1])
            #expect(
                try await ask(open, token).hasPrefix("HTTP/1.1 401"), "nor by what is remembered")
            open.close()
            let after = try await TokenHarness.published(gateway)
            #expect(after.count == 2 && after[0] == before[1] && !after.contains(before[0]))
            let bundle = try await gateway.curl("GET", "/bundle", at: gateway.federationAddress)
            #expect(!bundle.body.contains(before[0]) && bundle.body.contains(after[1]))
            let next = try await harness.exchange(gateway, harness.subject(gateway))
            #expect(try await harness.status(gateway, next) == 200)
            let intent = try gateway.record(of: answer)
            #expect(intent["action"]?.string == "ca.revoke")
            #expect(intent["type"]?.string == "intent")
            #expect(intent["resource"]?["id"]?.string == "token-keys/\(before[0])")
            #expect(intent["detail"]?["token_keys"] == .array([.string(before[0])]))
            // The log is told of what is in force at the next look, and once.
            for _ in 0..<2 { try await gateway.tick(.tokenKeys) }
            let told = try gateway.journal().filter { $0["action"]?.string == "token_key.activate" }
            #expect(told.map { $0["detail"]?["signs"]?.string } == [before[0], before[1]])
            let again = try await gateway.curl("DELETE", "\(Self.path)/\(before[0])")
            #expect(again.status == 404)
        }
    }

    @Test func aKeyThatSignsNoMoreOrNotYetIsRetiredToo() async throws {
        try await harness.gateway(settings: { $0.tokens.lifeSeconds = 3_600 }).serving { gateway in
            let first = try await TokenHarness.published(gateway)
            gateway.clock.advance(by: .seconds(7 * 86_400 - 10))
            let old = try await harness.exchange(gateway, harness.subject(gateway))
            gateway.clock.advance(by: .seconds(10))
            try await gateway.tick(.tokenKeys)
            #expect(try await harness.status(gateway, old) == 200)
            let second = try await TokenHarness.published(gateway)
            for name in [first[0], second[1]] {
                let answer = try await gateway.curl("DELETE", "\(Self.path)/\(name)")
                #expect(retired(answer) == [name], "\(answer.body)")
                #expect(answer.json?["signs"]?.string == first[1], "it goes on signing")
            }
            #expect(try await harness.status(gateway, old) == 401)
            let left = try await TokenHarness.published(gateway)
            #expect(left.count == 2 && left[0] == first[1] && !second.contains(left[1]))
        }
    }

    /// The file was read: all of it is worth nothing, also where it is put back.
    @Test func allKeysGoAndNoCopyOfTheFileBringsThemBack() async throws {
        // Some hours ago: what starts after that has certificates that real programs take.
        let gateway = try harness.gateway(
            clock: TestClock(nanoseconds: TestClock.start - 4 * 3_600_000_000_000))
        let file = gateway.folder.appending(path: "data/pki/token-keys.json")
        let (before, token) = try await gateway.serving { gateway in
            (
                try await TokenHarness.published(gateway),
                try await harness.exchange(gateway, harness.subject(gateway))
            )
        }
        let copy = try Data(contentsOf: file)
        try await gateway.serving { gateway in
            let answer = try await gateway.curl("DELETE", Self.path)
            #expect(Set(retired(answer)) == Set(before), "\(answer.body)")
            #expect(Set(try await TokenHarness.published(gateway)).isDisjoint(with: before))
            #expect(try await harness.status(gateway, token) == 401)
        }
        try copy.write(to: file)
        #expect(chmod(file.path, 0o600) == 0)
        try await gateway.serving { gateway in
            let keys = try await TokenHarness.published(gateway)
            #expect(Set(keys).isDisjoint(with: before))
            #expect(try await harness.status(gateway, token) == 401)
            #expect(gateway.logText().contains("keys of tokens retired again because the log says"))
        }
        try await gateway.serving { gateway in
            let next = try await harness.exchange(gateway, harness.subject(gateway))
            #expect(try await harness.status(gateway, next) == 200)
            #expect(!gateway.logText().contains("retired again"))
        }
    }

    /// A crash between the intent and the file: the start retires the keys, and the log says so.
    @Test func whatACrashLeftBegunIsDoneAtTheStart() async throws {
        let gateway = try harness.gateway()
        let before = try await gateway.serving { try await TokenHarness.published($0) }
        let journal = try Journal.open(
            JournalConfiguration(directory: gateway.folder.path + "/data/audit"))
        let lane = journal.makeLane()
        try lane.append(
            Record(
                kind: .intent, action: "ca.revoke",
                resource: ResourceFields(id: "token-keys/\(before[0])"),
                detail: Array(#"{"token_keys":["\#(before[0])"]}"#.utf8)))
        _ = lane.commit(nowNanoseconds: gateway.clock.nanoseconds)
        journal.close()
        try await gateway.serving { gateway in
            let keys = try await TokenHarness.published(gateway)
            #expect(keys.first == before[1] && !keys.contains(before[0]))
        }
        let outcomes = try gateway.journal().filter {
            $0["action"]?.string == "ca.revoke" && $0["type"]?.string == "outcome"
        }
        #expect(outcomes.map { $0["status"]?.integer } == [200])
        #expect(outcomes.first?["reason"]?.string?.hasPrefix("redone:") == true)
    }

    /// The disk says no: the key is worth nothing all the same, and nothing is signed that the next start would refuse.
    @Test func aFileThatCantBeWrittenKeepsNoKeyAlive() async throws {
        let gateway = try harness.gateway()
        let crashed = try await gateway.serving { gateway in
            let before = try await TokenHarness.published(gateway)
            let token = try await harness.exchange(gateway, harness.subject(gateway))
            // Where the draft would be there is a folder, so the file can't be replaced.
            let draft = gateway.folder.path + "/data/pki/token-keys.json.new"
            try FileManager.default.createDirectory(
                atPath: draft + "/x", withIntermediateDirectories: true)
            let failed = try await gateway.curl("DELETE", "\(Self.path)/\(before[0])")
            #expect(failed.status == 503, "\(failed.body)")
            #expect(failed.body.contains("can't be written"))
            #expect(try await harness.status(gateway, token) == 401)
            #expect(try await !TokenHarness.published(gateway).contains(before[0]))
            let refused = try await harness.ask(gateway, harness.subject(gateway))
            #expect(refused.status == 503, "\(refused.body)")
            #expect(try await gateway.page("/readyz").body.contains("keys of our tokens"))
            let crashed = try gateway.asAfterACrash()
            try FileManager.default.removeItem(atPath: draft)
            try await gateway.tick(.tokenKeys)
            let made = try await harness.exchange(gateway, harness.subject(gateway))
            #expect(try await harness.status(gateway, made) == 200)
            #expect(try await !gateway.page("/readyz").body.contains("keys of our tokens"))
            return (crashed, before, token)
        }
        try FileManager.default.removeItem(
            atPath: crashed.0.folder.path + "/data/pki/token-keys.json.new")
        try await crashed.0.serving { gateway in
            let keys = try await TokenHarness.published(gateway)
            #expect(!keys.contains(crashed.1[0]))
            #expect(try await harness.status(gateway, crashed.2) == 401)
        }
    }

    @Test func onlyWhoMayRevokeAuthoritiesRetiresKeysAndNamesAreReadStrictly() async throws {
        try await harness.gateway().serving { gateway in
            let before = try await TokenHarness.published(gateway)
            let refused = try await gateway.curl(
                "DELETE", Self.path,
                headers: ["Authorization: Bearer \(harness.subject(gateway))"],
                at: gateway.peopleAddress)
            #expect(refused.status == 403, "\(refused.body)")
            for name in ["x", before[0] + "A", String(before[0].dropLast()) + "="] {
                let answer = try await gateway.curl("DELETE", "\(Self.path)/\(name)")
                #expect(answer.status == 400, "\(name): \(answer.body)")
            }
            let unknown = String(repeating: "A", count: 43)
            #expect(try await gateway.curl("DELETE", "\(Self.path)/\(unknown)").status == 404)
            #expect(try await TokenHarness.published(gateway) == before)
        }
    }
}
