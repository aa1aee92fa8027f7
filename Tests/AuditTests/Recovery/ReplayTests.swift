import Audit
import Testing

@Suite struct ReplayTests {
    private func filledLog() throws -> MemoryLog {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(segmentBytes: 4096), system: log.system)
        let lane = journal.makeLane()
        for number in 0..<12 {
            var intent = Record.sample(number, kind: .intent)
            intent.action = "service.register"
            intent.resource = ResourceFields(service: "a\"pi\n", namespace: "prod", id: "é")
            intent.detail = Array(#"{"port":\#(number)}"#.utf8)
            try lane.append(intent)
            try lane.append(.sample(number))
            var commit = lane.commit(nowNanoseconds: 1_795_000_000_000_000_007)
            guard let receipt = commit.next() else { throw AuditError.closed }
            if number % 3 == 0 { continue }
            var outcome = Record.sample(number, kind: .outcome)
            outcome.intent = receipt.sequence
            outcome.status = 201
            if number % 2 == 0 { outcome.detail = Array(#"{"x":true}"#.utf8) }
            lane.appendUnawaited(outcome)
        }
        _ = lane.commit(nowNanoseconds: 1_795_000_000_000_000_008)
        journal.close()
        return MemoryLog(log.system.crashed())
    }

    @Test func showsEveryRecordButDecisionsInOrder() throws {
        let seen = try filledLog().reopen()
        #expect(seen.map(\.sequence) == seen.map(\.sequence).sorted())
        #expect(seen.filter { $0.kind == .intent }.count == 12)
        #expect(seen.filter { $0.kind == .outcome }.count == 8)
        #expect(seen.contains { $0.action == "log.started" })
        #expect(!seen.contains { $0.kind == .decision })
        let intent = try #require(seen.first { $0.kind == .intent })
        #expect(intent.action == "service.register")
        #expect(
            intent.resource == ResourceFields(service: "a\"pi\n", namespace: "prod", id: "é"))
        #expect(intent.detail == Array(#"{"port":0}"#.utf8))
        #expect(intent.status == 200)
        #expect(intent.nowNanoseconds == 1_795_000_000_000_000_007)
        #expect(intent.request == "00000000000000070000000000000000")
        let outcomes = seen.filter { $0.kind == .outcome }
        #expect(outcomes.allSatisfy { $0.intent != nil && $0.status == 201 })
        #expect(
            outcomes.contains {
                $0.detail.map { String(decoding: $0, as: UTF8.self) }?
                    .hasSuffix(#","x":true}"#) == true
            })
    }

    @Test func tellsTheIntentsWithoutAnOutcome() throws {
        let log = try filledLog()
        let journal = try Journal.open(log.configuration(), system: log.system)
        #expect(journal.openIntents.count == 4)
        let first = try #require(journal.openIntents.first)
        #expect(first.action == "service.register")
        #expect(first.resource?.namespace == "prod")
        let lane = journal.makeLane()
        for intent in journal.openIntents {
            lane.appendUnawaited(
                Record(kind: .outcome, action: intent.action, intent: intent.sequence))
        }
        _ = lane.commit(nowNanoseconds: 1)
        journal.close()
        let again = try Journal.open(log.configuration(), system: log.system)
        #expect(again.openIntents.isEmpty)
        again.close()
    }

    @Test func aFailingReplayRefusesToOpen() throws {
        let log = try filledLog()
        #expect {
            _ = try Journal.open(log.configuration(), system: log.system) { record in
                if record.sequence > 4 { throw AuditError.queueFull }
            }
        } throws: { error in
            guard case .replayFailed(let sequence, _) = error as? AuditError else { return false }
            return sequence > 4
        }
        _ = try log.reopen()
    }
}
