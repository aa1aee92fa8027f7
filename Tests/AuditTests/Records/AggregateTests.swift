import Audit
import Testing

/// Records that count, and the places that strangers' records have.
@Suite struct AggregateTests {
    private let aggregate = Aggregate(
        scope: .source,
        identity: IdentityFragment(
            principal: PrincipalFields(kind: "anonymous", id: "", auth: "none", roles: []),
            client: ClientFields(ip: "10.0.0.1", port: 0)),
        action: "tls.handshake", gate: "authn", reason: "plaintext", count: 3110,
        firstNanoseconds: 1_795_000_000_000_000_001, lastNanoseconds: 1_795_000_009_000_000_000)

    @Test func tellsHowManyFromWhenToWhenAndWhose() async throws {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(), system: log.system)
        try await journal.record(all: [aggregate.record, aggregate.record])
        journal.close()
        let lines = log.lines().filter { $0.contains(#""type":"aggregate""#) }
        #expect(lines.count == 2)
        #expect(
            lines.first?.hasSuffix(
                #""type":"aggregate","principal":{"kind":"anonymous","id":"","auth":"none","roles":[]},"#
                    + #""client":{"ip":"10.0.0.1","port":0,"resumed":false},"action":"tls.handshake","#
                    + #""decision":"deny","gate":"authn","reason":"plaintext","detail":{"count":3110,"#
                    + #""first":"2026-11-18T11:06:40.000000001Z","last":"2026-11-18T11:06:49.000000000Z","#
                    + #""of":"source"}}"#) == true, "\(lines)")
        let records = log.lines().filter { $0.hasPrefix(#"{"seq":"#) }
        #expect(try log.verify().get().records == UInt64(records.count))
        let replayed = try log.reopen()
        #expect(replayed.allSatisfy { $0.kind != .aggregate }, "a redo has no use for counts")
    }

    @Test func whatStrangersCauseTakesNoPlaceOfALane() async throws {
        let log = MemoryLog()
        var configuration = log.configuration()
        configuration.laneRecordsMax = 1
        let journal = try Journal.open(configuration, system: log.system)
        let lane = journal.makeLane()
        for number in 0..<50 {
            let failure = await withCheckedContinuation { continuation in
                journal.recordNoise(.sample(number)) { continuation.resume(returning: $0) }
            }
            #expect(failure == nil)
        }
        #expect(try commit(50..<51, in: lane).count == 1)
        journal.close()
        let failure = await withCheckedContinuation { continuation in
            journal.recordNoise(.sample(51)) { continuation.resume(returning: $0) }
        }
        #expect(failure == .closed)
        #expect(log.lines().filter { $0.contains("service.discover") }.count == 51)
    }
}
