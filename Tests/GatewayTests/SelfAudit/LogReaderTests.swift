import Audit
import Foundation
import Gateway
import Support
import Testing

/// The running gateway seals what is full and reads all of it again; what it finds stops it.
@Suite(.timeLimit(.minutes(10))) struct LogReaderTests {
    private func gateway(
        _ outside: OutsideParts = OutsideParts(), folder: TestFolder? = nil
    ) throws -> InProcessGateway {
        try InProcessGateway(outside: outside, folder: folder) { settings in
            settings.audit.segmentBytes = 4096
            settings.audit.fillBytes = 0
        }
    }

    private func fill(_ gateway: InProcessGateway, _ count: Int) async throws {
        for number in 0..<count {
            let answer = try await gateway.register("api", "api-\(number)")
            #expect(answer.status == 201, "\(answer.body)")
        }
    }

    @Test func theNextStartReadsOnlyWhatHasNoSeal() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            try await fill(gateway, 20)
            #expect(
                try await gateway.curl("DELETE", "/api/maxine/services/api/instances/api-7").status
                    == 204)
            try await gateway.tick(.reading)
            #expect(try await gateway.metric("maxine_audit_segments_unsealed") == 0)
            #expect(try await gateway.metric("maxine_audit_read_again_bytes") > 8192)
            #expect(try await gateway.metric("maxine_audit_read_again_fault") == 0)
        }
        let next = try self.gateway(folder: gateway.left)
        try await next.serving { next in
            #expect(next.logText().contains("by their seals"))
            let list = try await next.curl("GET", "/api/maxine/services/api?limit=100")
            #expect(!list.body.contains("\"api-7\""))
            #expect(list.body.contains("\"api-8\""))
        }
        gateway.expectWholeLog()
    }

    @Test func theLogSaysOnceADayThatAllOfItWasReadAgain() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            try await fill(gateway, 20)
            for _ in 0..<30 { try await gateway.tick(.reading) }
            #expect(try gateway.records("log.verified").count == 1)
            gateway.clock.advance(by: .seconds(86_399))
            for _ in 0..<30 { try await gateway.tick(.reading) }
            #expect(try gateway.records("log.verified").count == 1)
            gateway.clock.advance(by: .seconds(1))
            for _ in 0..<30 { try await gateway.tick(.reading) }
            #expect(try gateway.records("log.verified").count == 2)
        }
    }

    @Test func damageThatKeepsTheFilesTimeStopsTheGateway() async throws {
        var outside = OutsideParts()
        outside.journalRetrySeconds = 0.05
        let gateway = try gateway(outside)
        try await gateway.serving { gateway in
            try await fill(gateway, 20)
            try await gateway.tick(.reading)
            let segments = gateway.folder.appending(path: "data/audit/segments")
            let name = try #require(try gateway.left.names("data/audit/segments").dropFirst().first)
            let path = segments.appending(path: name)
            let good = try Data(contentsOf: path)
            try change(path)
            try await gateway.tick(.log)
            #expect(try await gateway.page("/readyz").status == 200)

            for _ in 0..<10 { try await gateway.tick(.reading) }
            let page = try await gateway.page("/readyz")
            #expect(page.status == 503)
            #expect(page.body.contains("audit log: segment \(name)"), "\(page.body)")
            #expect(try await gateway.metric("maxine_audit_read_again_fault") == 1)
            #expect(gateway.logText().contains("the log is damaged: segment \(name), line "))
            let answer = try await gateway.register("api", "more")
            #expect(answer.status == 503)
            #expect(answer.body.contains(name), "\(answer.body)")
            #expect(!answer.body.contains(gateway.folder.path))

            try good.write(to: path)
            var status = 0
            for _ in 0..<200 where status != 200 {
                status = try await gateway.page("/readyz").status
            }
            #expect(status == 200)
            try await gateway.tick(.reading)
            #expect(try await gateway.metric("maxine_audit_read_again_fault") == 0)
            #expect(try await gateway.metric("maxine_audit_segments_unsealed") == 0)
        }
        gateway.expectWholeLog()
    }

    /// It reads no more than a start would, so it finds no more, either.
    @Test func whatIsDoneWhileNoGatewayRunsGoesOnFromSealsToo() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            try await fill(gateway, 20)
            try await gateway.tick(.reading)
        }
        let name = try #require(try gateway.left.names("data/audit/segments").dropFirst().first)
        try change(gateway.left.url.appending(path: "data/audit/segments/\(name)"))
        _ = try await Assembly.createOperator(gateway.settings, name: "second")
        try FileManager.default.removeItem(atPath: gateway.left.path("data/audit/seals"))
        await #expect(throws: AuditError.self) {
            try await Assembly.createOperator(gateway.settings, name: "third")
        }
    }

    /// Changes a byte and gives the file its old time again.
    private func change(_ path: URL) throws {
        let aside = try TestFolder()
        let times = aside.path("times")
        #expect(try Shell.run(["touch", "-r", path.path, times]).status == 0)
        let bytes = try Data(contentsOf: path)
        let middle = bytes.count / 2
        let file = try FileHandle(forUpdating: path)
        try file.seek(toOffset: UInt64(middle))
        try file.write(contentsOf: Data([bytes[middle] ^ 1]))
        try file.close()
        #expect(try Shell.run(["touch", "-r", times, path.path]).status == 0)
    }
}
