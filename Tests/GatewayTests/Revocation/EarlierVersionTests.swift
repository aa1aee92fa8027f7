import Audit
import Foundation
import Gateway
import StrictJSON
import Support
import Testing
import Text

/// A data folder of a version that recorded serial numbers and no digests.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct EarlierVersionTests {
    @Test func whatAnEarlierVersionIssuedIsTakenOverAndSaidSo() async throws {
        let first = try InProcessGateway()
        let detail = try await first.serving { gateway in
            try await gateway.issue("web")
            let outcome = try await gateway.awaitRecord {
                $0["type"]?.string == "outcome" && $0["action"]?.string == "identity.issue"
            }
            let serial = try #require(outcome?["detail"]?["serial"]?.string)
            let end = try #require(outcome?["detail"]?["expires"]?.string)
            return (serial: serial, end: end)
        }
        try rewrite(first, detail.serial, detail.end)
        for round in 0..<2 {
            let next = try InProcessGateway(clock: first.clock, folder: first.left)
            try await next.serving { gateway in
                let own = try await gateway.answer(to: .issued("web"))
                #expect(own.hasPrefix("HTTP/1.1 403"), "round \(round): \(own)")
                let status = try await gateway.curl("GET", "/api/maxine/status")
                #expect(status.status == 200, "the operator is known, too")
                let begun = try gateway.journal().filter {
                    $0["action"]?.string == "identity.log-begun"
                }
                #expect(begun.count == 1)
                // The serial number is that of the first that came with it.
                let forged = try await forge(gateway, detail.serial, detail.end)
                let answer = try await gateway.answer(to: forged)
                #expect(answer.isEmpty, "round \(round): \(answer)")
            }
            let log = try String(
                contentsOf: next.folder.appending(path: "serve.log"), encoding: .utf8)
            #expect(log.contains("taken over from an earlier version") == (round == 0), "\(log)")
        }
    }

    @Test func aNewTrustDomainTakesNothingOver() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let begun = try gateway.journal().filter {
                $0["action"]?.string == "identity.log-begun"
            }
            #expect(begun.compactMap { $0["detail"]?["adopted"]?.integer } == [0])
            let names = try gateway.left.names("data/pki")
            #expect(!names.contains("unrecorded.pem"), "the log has them")
        }
        let log = try String(
            contentsOf: gateway.folder.appending(path: "serve.log"), encoding: .utf8)
        #expect(!log.contains("taken over"), "\(log)")
    }

    /// Writes the log anew as an earlier version would have.
    private func rewrite(_ gateway: InProcessGateway, _ serial: String, _ end: String) throws {
        let data = gateway.folder.appending(path: "data")
        for name in try FileManager.default.contentsOfDirectory(atPath: data.path)
        where name == "audit" || name == "log.checkpoint" || name.hasPrefix("registry") {
            try FileManager.default.removeItem(at: data.appending(path: name))
        }
        try Data(LogAnchor.empty.encoded).write(to: data.appending(path: "log.anchor"))
        let journal = try Journal.open(
            JournalConfiguration(directory: data.path + "/audit"))
        defer { journal.close() }
        let lane = journal.makeLane()
        let id = InProcessGateway.spiffeID("web")
        try lane.append(Record(kind: .intent, action: "identity.issue"))
        try lane.append(
            Record(
                kind: .outcome, action: "identity.issue", status: 200,
                detail: Array(
                    #"{"spiffe_id":"\#(id)","serial":"\#(serial)","expires":"\#(end)"}"#.utf8),
                intent: 0))
        let commit = lane.commit(nowNanoseconds: gateway.clock.nanoseconds)
        #expect(commit.failure == nil)
    }

    private func forge(
        _ gateway: InProcessGateway, _ serial: String, _ end: String
    ) async throws -> IdentityFiles {
        var plan = OpenSSLAuthority.Plan()
        plan.begins = gateway.clock.date.addingTimeInterval(-60)
        let seconds = try #require(CivilTime.nanoseconds(rfc3339: end)) / 1_000_000_000
        plan.ends = Date(timeIntervalSince1970: Double(seconds))
        plan.serial = serial
        return try await Shell.aside { [plan] in
            try OpenSSLAuthority(intermediateOf: gateway.folder).issue("forged", plan)
        }
    }
}
