import Audit
import Foundation
import PKI
import StrictJSON
import Support
import Testing

@testable import Gateway

/// The key that signs the log's ends changes: in order, with an overlap, or at once.
@Suite(.timeLimit(.minutes(10))) struct LogKeyTests {
    private static let path = "/api/maxine/audit/checkpoint"
    private static let keysPath = "/api/maxine/audit/keys"

    private func gateway() throws -> InProcessGateway {
        try InProcessGateway { $0.audit.keyOverlapSeconds = 60 }
    }

    private func published(_ gateway: InProcessGateway) throws -> [VerifierKey] {
        try gateway.left.text("certs/log.vkey").split(separator: "\n").compactMap {
            VerifierKey(String($0))
        }
    }

    /// The newest end, of a moment after now.
    private func end(_ gateway: InProcessGateway) async throws -> [UInt8] {
        gateway.clock.advance(by: .seconds(2))
        try await gateway.tick(.checkpoints)
        return Array(try await gateway.curl("GET", Self.path).body.utf8)
    }

    private func isSigned(_ note: [UInt8], by keys: [VerifierKey]) -> Bool {
        (try? Checkpoint(note, by: keys)) != nil
    }

    private func change(_ gateway: InProcessGateway, _ path: String = "") async throws -> Int {
        try await gateway.curl("POST", Self.keysPath + path).status
    }

    @Test func twoKeysSignUntilTheOldOneRetires() async throws {
        let gateway = try gateway()
        let (old, new) = try await gateway.serving { gateway in
            let old = try #require(try published(gateway).first)
            #expect(try await change(gateway, "/finish") == 409)
            #expect(try await change(gateway) == 200)
            #expect(try await change(gateway) == 409, "one after the other")
            let keys = try published(gateway)
            #expect(keys.count == 2 && keys.first == old)
            let new = try #require(keys.last)
            let note = try await end(gateway)
            #expect(isSigned(note, by: [old]) && isSigned(note, by: [new]))
            return (old, new)
        }
        try await gateway.serving { gateway in
            let registered = try await gateway.register("api", "api-1")
            let proof = try await gateway.curl(
                "GET", "/api/maxine/audit/proof/\(registered.sequence)")
            let early = try await end(gateway)
            #expect(
                isSigned(early, by: [old]) && isSigned(early, by: [new]), "a start changes nothing")
            gateway.clock.advance(by: .seconds(60))
            let late = try await end(gateway)
            #expect(!isSigned(late, by: [old]) && isSigned(late, by: [new]))
            // What the old key signed is still believed by whoever reads the published keys.
            #expect(try published(gateway) == [new, old])
            #expect(try isSigned(early, by: published(gateway)))
            let leaf = try #require(
                registered.headers["maxine-audit"]?.split(separator: ";").last
                    .flatMap { LeafHash(base64: String($0)) })
            _ = try #require(LogProof(Array(proof.body.utf8))).verify(leaf: leaf, by: [old])
            let records = try gateway.journal().filter { $0["action"]?.string == "log.key" }
            #expect(records.count == 3)
            #expect(records.last?["detail"]?["keys"] == .array([.string(new.text)]))
            gateway.expectWholeLog()
        }
        try await gateway.serving { gateway in
            let note = try await end(gateway)
            #expect(isSigned(note, by: [new]))
            let records = try gateway.journal().filter { $0["action"]?.string == "log.key" }
            #expect(records.count == 3, "a start says it once only")
        }
    }

    @Test func theOverlapMayBeEndedEarly() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            let old = try #require(try published(gateway).first)
            #expect(try await change(gateway) == 200)
            #expect(try await change(gateway, "/finish") == 200)
            let note = try await end(gateway)
            #expect(!isSigned(note, by: [old]))
            #expect(try isSigned(note, by: published(gateway)))
        }
    }

    /// Somebody else may have the key: nothing is signed by it any more, nothing that it signed is told, and no file has it.
    @Test func aKeyThatSomebodyElseMayHaveIsReplacedAtOnce() async throws {
        let gateway = try gateway()
        let seed = try await gateway.serving { gateway in
            let old = try #require(try published(gateway).first)
            _ = try await end(gateway)
            let file = try StrictJSON.parse(gateway.left.bytes("data/pki/log-keys.json"))
            guard case .array(let seeds)? = file["keys"], let seed = seeds.first?.string else {
                throw TestFault(description: "no key")
            }
            #expect(try await change(gateway, "/replace") == 200)
            let after = try published(gateway)
            #expect(!after.contains(old))
            gateway.clock.advance(by: .milliseconds(100))
            let told = try await gateway.curl("GET", Self.path)
            #expect(told.status == 200)
            #expect(!isSigned(Array(told.body.utf8), by: [old]))
            #expect(try isSigned(Array(told.body.utf8), by: published(gateway)))
            let names = try gateway.journal().filter { $0["action"]?.string == "log.key" }
            #expect(names.last?["detail"]?["retired"] != nil)
            return seed
        }
        let paths = try FileManager.default.subpathsOfDirectory(atPath: gateway.folder.path)
        for path in paths {
            let bytes = FileManager.default.contents(atPath: gateway.left.path(path)) ?? Data()
            #expect(bytes.range(of: Data(seed.utf8)) == nil, "\(path)")
        }
        try await gateway.serving { gateway in
            let note = try await end(gateway)
            let keys = try published(gateway)
            #expect(isSigned(note, by: keys))
        }
    }

    /// Ended between the file and what follows, the next start does the rest.
    @Test(arguments: [LogKeyStep.joining, .retiring, .replacing])
    func aStartEndsWhatACrashLeft(_ step: LogKeyStep) async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            if step == .retiring { #expect(try await change(gateway) == 200) }
            _ = try await end(gateway)
        }
        let ring = try LogKeyRing(try TrustDomainOpening(gateway.settings).configuration)
        let wall = gateway.clock.nanoseconds
        let next =
            switch step {
            case .joining: try ring.keys.joined(until: wall + 60_000_000_000)
            case .retiring: ring.keys.withoutOldest()
            case .replacing: try ring.keys.replaced()
            }
        try ring.store(next)
        try await gateway.serving { gateway in
            #expect(try published(gateway) == next.published)
            let note = try await end(gateway)
            for key in next.keys { #expect(isSigned(note, by: [key.verifier])) }
            let records = try gateway.journal().filter { $0["action"]?.string == "log.key" }
            let detail = try StrictJSON.parse(next.detail)
            #expect(records.last?["detail"] == detail)
        }
    }

    /// An intent without an outcome: what became of it is what the file of keys says.
    @Test(arguments: [false, true]) func aChangeThatWasLeftOpenIsClosed(isDone: Bool) async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in _ = try await end(gateway) }
        let journal = try Journal.open(
            JournalConfiguration(directory: gateway.folder.path + "/data/audit"))
        let receipt = try await journal.record(
            Record(
                kind: .intent, action: "ca.rotate",
                resource: ResourceFields(id: LogKeyRing.resourceID)))
        let sequence = Int64(receipt.sequence)
        journal.close()
        if isDone {
            let ring = try LogKeyRing(try TrustDomainOpening(gateway.settings).configuration)
            try ring.store(try ring.keys.joined(until: gateway.clock.nanoseconds + 60_000_000_000))
        }
        try await gateway.serving { _ in }
        let outcomes = try gateway.journal().filter {
            $0["detail"]?["intent"]?.integer == sequence
        }
        #expect(outcomes.count == 1)
        #expect(outcomes.first?["status"]?.integer == (isDone ? 200 : 500))
    }

    /// The public keys are what the secret ones say, whatever somebody writes beside them.
    @Test func forgedPublicKeysAreReplaced() async throws {
        let gateway = try gateway()
        try await gateway.serving { _ in }
        let good = try gateway.left.text("certs/log.vkey")
        let stranger = try #require(LogKey(newFor: "maxine.local/audit")).verifier.text + "\n"
        try gateway.left.write(stranger, to: "certs/log.vkey")
        try await gateway.serving { gateway in
            #expect(try gateway.left.text("certs/log.vkey") == good)
            try gateway.left.write(good + stranger, to: "certs/log.vkey")
            gateway.clock.advance(by: .seconds(2))
            try await gateway.tick(.checkpoints)
            #expect(try gateway.left.text("certs/log.vkey") == good)
        }
    }

    @Test func keysThatOthersCanReadStopTheStart() async throws {
        let gateway = try gateway()
        try await gateway.serving { _ in }
        let path = gateway.left.path("data/pki/log-keys.json")
        for mode in [0o640, 0o604, 0o610] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            await #expect(throws: PKIError.self) { try await gateway.serving { _ in } }
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try await gateway.serving { _ in }
    }

    @Test func aFileThatIsNoneStopsTheStart() async throws {
        for text in [
            "", "{}", #"{"version":2,"log":"a","keys":["AAAA"]}"#,
            #"{"version":1,"log":"a","keys":[]}"#, #"{"version":1,"log":"a","keys":["AAAA"]}"#,
        ] { #expect(LogKeys(encoded: Array(text.utf8)) == nil, "\(text)") }
        let two = try LogKeys.first(in: "a.example").joined(until: 5)
        #expect(LogKeys(encoded: two.encoded)?.encoded == two.encoded)
        let one = two.withoutOldest()
        #expect(LogKeys(encoded: one.encoded)?.encoded == one.encoded)
        let broken = String(decoding: two.encoded, as: UTF8.self)
            .replacing(",\"overlapEnd\":5", with: "")
        #expect(LogKeys(encoded: Array(broken.utf8)) == nil, "two that never end to overlap")
    }

    /// Each write of each step fails, before it is done or after it: the file holds the old keys or the new ones, whole, and what was
    /// answered holds.
    @Test(arguments: [false, true]) func noFaultLeavesAnythingBetween(isPersisted: Bool) throws {
        for isReplacing in [false, true] {
            var number = 1
            while true {
                let folder = try TestFolder()
                var settings = GatewayConfiguration()
                settings.dataDirectory = folder.path("data")
                settings.certsDirectory = folder.path("certs")
                _ = try Assembly.initialise(settings)
                let domain = try TrustDomainOpening(settings).configuration
                let files = FaultyKeyFiles(failing: number, isPersisted: isPersisted)
                let ring = try LogKeyRing(domain, files: files)
                let old = ring.keys
                let new = isReplacing ? try old.replaced() : try old.joined(until: 7)
                let isDone = (try? ring.store(new)) != nil
                #expect(ring.keys.encoded == (isDone ? new : old).encoded)
                let kept = try LogKeyRing(domain).keys.encoded
                #expect(kept == new.encoded || (kept == old.encoded && !isDone), "\(number)")
                // Once more, on what the fault left.
                let again = try LogKeyRing(domain)
                try again.store(new)
                #expect(try LogKeyRing(domain).keys.encoded == new.encoded)
                if !files.hasFailed { break }
                number += 1
            }
            #expect(number > 3, "\(number)")
        }
    }
}
