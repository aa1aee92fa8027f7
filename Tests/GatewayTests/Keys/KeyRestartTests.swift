import Audit
import Foundation
import StrictJSON
import Support
import Testing

/// What was done to keys outlives a crash, and an old copy of their store.
@Suite(.timeLimit(.minutes(10))) struct KeyRestartTests {
    private func gateway() throws -> InProcessGateway {
        try InProcessGateway(policy: KeyPolicy.text)
    }

    @Test func aKeyIsGoodAfterACrashAndARevokedOneIsNot() async throws {
        let (crashed, kept, revoked) = try await gateway().serving { gateway in
            let kept = try await gateway.makeKey()
            let revoked = try await gateway.makeKey()
            let path = "\(InProcessGateway.keys)/\(revoked.id)"
            #expect(try await gateway.curl("DELETE", path).status == 204)
            return (try gateway.asAfterACrash(), kept, revoked)
        }
        try await crashed.serving { gateway in
            #expect(try await gateway.use(kept.text).status == 200)
            let refused = try await gateway.use(revoked.text)
            #expect(refused.status == 401)
        }
    }

    @Test func anOldCopyOfTheStoreMakesNoKeyGoodAgain() async throws {
        let gateway = try gateway()
        let store = gateway.folder.appending(path: "data/credentials.sqlite")
        let (revoked, rotated) = try await gateway.serving { gateway in
            (try await gateway.makeKey(), try await gateway.makeKey())
        }
        let copy = try Data(contentsOf: store)
        let next = try await gateway.serving { gateway in
            let path = "\(InProcessGateway.keys)/\(revoked.id)"
            #expect(try await gateway.curl("DELETE", path).status == 204)
            return try MadeKey(
                await gateway.curl(
                    "POST", "\(InProcessGateway.keys)/\(rotated.id)/rotate",
                    body: #"{"graceSeconds":60}"#))
        }
        for end in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: store.path + end)
        }
        try copy.write(to: store)
        try await gateway.serving { gateway in
            #expect(try await gateway.use(revoked.text).status == 401)
            #expect(try await gateway.use(rotated.text).status == 200, "within its grace")
            #expect(try await gateway.use(next.text).status == 401, "lost with the store")
            gateway.clock.advance(by: .seconds(60))
            #expect(try await gateway.use(rotated.text).status == 401)
            let shown = try await gateway.curl("GET", "\(InProcessGateway.keys)/\(rotated.id)")
            #expect(shown.body.contains(#""state":"needs_rotation""#))
        }
        #expect(gateway.logText().contains("API keys ended again because the log says so: 2"))
        // Once is enough: the store has it now.
        try await gateway.serving { gateway in
            let refused = try await gateway.use(revoked.text)
            #expect(refused.status == 401)
        }
        #expect(!gateway.logText().contains("API keys ended again"))
    }

    /// Intents as a crash left them, and what the next start says of each.
    @Test func intentsWithoutAnOutcomeAreRedoneOrClosedWithWhatIsKnown() async throws {
        let gateway = try gateway()
        let made = try await gateway.serving { try await $0.makeKey() }
        let intents = [
            ("key.revoke", made.id, "redone:", 204),
            ("key.revoke", "00000000", "redone, and there was no such key:", 404),
            ("key.create", "00000001", "not done, the store of keys does not hold it:", 500),
            ("key.rotate", made.id, "not done, the store of keys does not hold it:", 500),
        ]
        let sequences = try record(intents.map { ($0.0, $0.1) }, in: gateway)
        try await gateway.serving { gateway in
            let refused = try await gateway.use(made.text)
            #expect(refused.status == 401)
        }
        let outcomes = try gateway.journal().filter { $0["type"]?.string == "outcome" }
        for (intent, sequence) in zip(intents, sequences) {
            let own = outcomes.filter { $0["detail"]?["intent"]?.integer == Int64(sequence) }
            #expect(own.count == 1)
            let reason = own.first?["reason"]?.string ?? ""
            #expect(reason.hasPrefix(intent.2), "\(intent): \(reason)")
            #expect(own.first?["status"]?.integer.map(Int.init) == intent.3, "\(intent)")
        }
    }

    private func record(
        _ intents: [(action: String, id: String)], in gateway: InProcessGateway
    ) throws -> [UInt64] {
        let journal = try Journal.open(
            JournalConfiguration(directory: gateway.folder.path + "/data/audit"))
        defer { journal.close() }
        let lane = journal.makeLane()
        for intent in intents {
            try lane.append(
                Record(
                    kind: .intent, action: intent.action, resource: ResourceFields(id: intent.id)))
        }
        var commit = lane.commit(nowNanoseconds: gateway.clock.nanoseconds)
        var sequences: [UInt64] = []
        while let receipt = commit.next() { sequences.append(receipt.sequence) }
        return sequences
    }

    @Test func theStoreIsItsOwnersAloneAndHoldsNoSecret() async throws {
        let gateway = try gateway()
        let made = try await gateway.serving { try await $0.makeKey() }
        let store = gateway.folder.appending(path: "data/credentials.sqlite")
        let mode = try FileManager.default.attributesOfItem(atPath: store.path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        let bytes = try Data(contentsOf: store)
        #expect(bytes.range(of: Data(made.id.utf8)) != nil, "the key is in it")
        #expect(bytes.range(of: Data(made.secret.prefix(16).utf8)) == nil)
    }

    /// A leaked store: what it holds of a key is not taken for the key.
    @Test func whatTheStoreHoldsIsNoKey() async throws {
        let gateway = try gateway()
        let made = try await gateway.serving { try await $0.makeKey() }
        let stored = try Data(contentsOf: gateway.folder.appending(path: "data/credentials.sqlite"))
        let start = try #require(stored.range(of: Data("\"hash\":[".utf8))).upperBound
        let list = String(
            decoding: stored[start...].prefix { $0 != UInt8(ascii: "]") }, as: UTF8.self)
        let hash = list.split(separator: ",").compactMap { UInt8($0) }
        try #require(hash.count == 32, "\(list)")
        let hex = hash.map { String(format: "%02x", $0) }.joined()
        let base64 = Data(hash).base64EncodedString()
        try await gateway.serving { gateway in
            for guess in [hex, base64, "mxk_\(made.id)_\(hex.prefix(49))"] {
                let refused = try await gateway.use(guess)
                #expect(refused.status == 401)
            }
        }
    }
}
