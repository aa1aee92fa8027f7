import Audit
import Foundation
import GRDB
import Gateway
import Support
import Testing

/// The running gateway takes away what is not to be kept any longer, unless something bars it, and starts from the rest.
@Suite(.timeLimit(.minutes(10))) struct RetentionTests {
    private func gateway(
        folder: TestFolder? = nil, bytes: Int64? = 60_000
    ) throws -> InProcessGateway {
        try InProcessGateway(folder: folder) { $0.keepLittle(bytes: bytes) }
    }

    private func hold(_ gateway: InProcessGateway, _ method: String) async throws -> Int {
        let path = "/api/maxine/audit/holds"
        return method == "POST"
            ? try await gateway.curl(
                "POST", path, body: #"{"name":"case","reason":"a court"}"#
            ).status
            : try await gateway.curl("DELETE", path + "/case").status
    }

    @Test func whatIsNotKeptGoesAndTheNextStartGoesOn() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            try await gateway.fill("api", 220)
            #expect(try await hold(gateway, "POST") == 201)
            try await gateway.tick(.space)
            #expect(try await gateway.metric("maxine_audit_oldest_record") == 1, "it is held")
            let before = try await gateway.metric("maxine_audit_bytes")
            #expect(try await hold(gateway, "DELETE") == 204)
            try await gateway.tick(.space)
            let oldest = try await gateway.metric("maxine_audit_oldest_record")
            #expect(oldest > 20, "\(gateway.logText().suffix(2000))")
            #expect(try await gateway.metric("maxine_audit_bytes") < before)
            #expect(try await gateway.metric("maxine_audit_pruned_at_seconds") > 0)
            let records = try gateway.records("log.pruned")
            #expect(records.count == 2)
            #expect(records[0].contains("\"last\":\(oldest - 1)"), "\(records)")
            #expect(records[1].contains("\"type\":\"outcome\""))
            #expect(records[1].contains("\"status\":200"))
            let gone = try await gateway.curl(
                "POST", "/api/maxine/audit/holds",
                body: #"{"name":"late","reason":"a court","to":9}"#)
            #expect(gone.status == 409)
            #expect(gone.body.contains("were taken away before"))
            let proof = try await gateway.curl("GET", "/api/maxine/audit/proof/3")
            #expect(proof.status == 200)
            try await gateway.tick(.log)
            #expect(try await gateway.page("/readyz").status == 200)
        }
        let next = try self.gateway(folder: gateway.left, bytes: nil)
        try await next.serving { next in
            let list = try await next.curl("GET", "/api/maxine/services/api?limit=500")
            #expect(list.body.contains("\"api-1\"") && list.body.contains("\"api-220\""))
            #expect(try await next.curl("GET", "/api/maxine/audit/proof/5").status == 200)
            #expect(
                try await next.curl("GET", "/api/maxine/audit/checkpoint?from=40").status == 200)
            let gone = try await next.curl(
                "POST", "/api/maxine/audit/holds",
                body: #"{"name":"late","reason":"a court","to":9}"#)
            #expect(gone.status == 409, "\(gone.body)")
        }
        gateway.expectWholeLog()
    }

    @Test func aNewKeyOfTheLogSignsWhatIsGoneAgain() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            try await gateway.fill("api", 220)
            try await gateway.tick(.space)
            #expect(try await gateway.metric("maxine_audit_oldest_record") > 20)
            let old = try gateway.left.text("certs/log.vkey")
            let replaced = try await gateway.curl("POST", "/api/maxine/audit/keys/replace")
            #expect(replaced.status == 200, "\(replaced.body)")
            try await gateway.tick(.space)
            #expect(try gateway.left.text("certs/log.vkey") != old)
            let keys = try gateway.left.text("certs/log.vkey").split(separator: "\n")
                .compactMap { VerifierKey(String($0)) }
            let report = try LogVerifier.verify(
                directory: gateway.folder.path + "/data/audit", by: keys
            ).get()
            #expect(report.isPruningSigned)
        }
        let next = try self.gateway(folder: gateway.left, bytes: nil)
        try await next.serving { next in
            let page = try await next.page("/readyz")
            #expect(page.status == 200, "\(page.body)")
        }
    }

    /// The catalogue's store is synced before anything goes that it would have to be told again.
    @Test func aCrashBehindItLosesNoRegistration() async throws {
        let gateway = try gateway()
        let left = try await gateway.serving { gateway in
            try await gateway.fill("api", 220)
            try await gateway.tick(.space)
            #expect(try await gateway.metric("maxine_audit_oldest_record") > 20)
            return try gateway.asAfterACrash()
        }
        try await left.serving { left in
            let list = try await left.curl("GET", "/api/maxine/services/api?limit=500")
            #expect(list.body.contains("\"api-1\"") && list.body.contains("\"api-220\""))
        }
        left.expectWholeLog()
    }

    /// Where the disk fails at the mark's own name nobody knows whether it is there: a start sees it, and says so.
    @Test func whatCantBeKnownOfAnActIsRecordedByTheNextStart() async throws {
        let files = UnsureFiles()
        var outside = OutsideParts()
        outside.files = files
        let gateway = try InProcessGateway(outside: outside) { $0.keepLittle() }
        let left = try await gateway.serving { gateway in
            try await gateway.fill("api", 220)
            files.failAtTheMark(true)
            try await gateway.tick(.space)
            files.failAtTheMark(false)
            #expect(try await gateway.metric("maxine_audit_oldest_record") == 1)
            #expect(try gateway.records("log.pruned").count == 1, "no outcome yet")
            let hold = try await gateway.curl(
                "POST", "/api/maxine/audit/holds",
                body: #"{"name":"late","reason":"a court","to":9}"#)
            #expect(hold.status == 409, "they may be gone: \(hold.body)")
            return try gateway.asAfterACrash()
        }
        try await left.serving { left in
            let records = try left.records("log.pruned")
            #expect(records.count == 2)
            #expect(records.last?.contains(#""reason":"done: "#) == true, "\(records)")
            try await left.tick(.space)
            #expect(try await left.metric("maxine_audit_oldest_record") > 20)
        }
        left.expectWholeLog()
    }

    /// What the catalogue's store could lose with the power has to stay in the log.
    @Test func nothingGoesWhileTheCatalogueCantBeMadeDurable() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            var open = Configuration()
            open.allowsUnsafeTransactions = true
            let reader = try DatabaseQueue(
                path: gateway.left.path("data/registry.sqlite"), configuration: open)
            try reader.inDatabase {
                try $0.execute(sql: "BEGIN")
                _ = try Row.fetchAll($0, sql: "SELECT * FROM sqlite_schema")
            }
            try await gateway.fill("api", 220)
            try await gateway.tick(.space)
            #expect(try await gateway.metric("maxine_audit_oldest_record") == 1)
            #expect(try await gateway.page("/readyz").body.contains("can't be taken away"))
            try reader.inDatabase { try $0.execute(sql: "COMMIT") }
            try reader.close()
            try await gateway.tick(.space)
            #expect(try await gateway.metric("maxine_audit_oldest_record") > 20)
        }
    }

    /// The keys of the log that goes on do not sign what the old ones did; a start believes those all the same.
    @Test func aLossBehindItIsAcceptedAsAnywhere() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            try await gateway.fill("api", 220)
            try await gateway.tick(.space)
            #expect(try await gateway.metric("maxine_audit_oldest_record") > 20)
        }
        let name = try #require(try gateway.left.names("data/audit/segments").max())
        let lines = try gateway.left.text("data/audit/segments/\(name)").split(separator: "\n")
        let commits = lines.indices.filter { lines[$0].hasPrefix(#"{"type":"commit""#) }
        try #require(commits.count > 1)
        let kept = lines[...commits[commits.count - 2]].joined(separator: "\n") + "\n"
        try gateway.left.write(Data(kept.utf8), to: "data/audit/segments/\(name)")
        await #expect(throws: AuditError.self) { try await gateway.serving { _ in } }
        let loss = try #require(try Assembly.acceptLoss(gateway.settings, reason: "an old disk"))
        #expect(loss.kind == .shorter)
        for _ in 0..<2 {
            try await gateway.serving { gateway in
                try await gateway.tick(.space)
                let answer = try await gateway.curl("GET", "/api/maxine/audit/checkpoint")
                #expect(answer.body.hasPrefix("maxine.local/audit/2\n"))
                let keys = try gateway.left.text("certs/log.vkey").split(separator: "\n")
                    .compactMap { VerifierKey(String($0)) }
                let report = try LogVerifier.verify(
                    directory: gateway.folder.path + "/data/audit", by: keys
                ).get()
                #expect(report.isPruningSigned)
            }
        }
    }
}
