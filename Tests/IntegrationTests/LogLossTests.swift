import Foundation
import Support
import Testing

/// The log's files under the real binary: what is lost is noticed, and only an operator goes on without it.
@Suite(.serialized) struct LogLossTests {
    enum Mishap: String, CaseIterable, Sendable {
        case removed = "rm $S", renamed = "mv $S $S.old", cut = "truncate -s 0 $S"
        case replaced = "head -n 3 $S >x && mv x $S"
    }

    @Test(arguments: Mishap.allCases)
    func noticesWithinTwoSecondsWhatHappensToTheNewestSegment(_ mishap: Mishap) throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        #expect(try gateway.register("api", "api-1").status == 201)
        let done = try Shell.run(
            ["sh", "-c", "S=$(ls data/audit/segments/* | tail -n 1); " + mishap.rawValue],
            directory: gateway.folder)
        #expect(done.status == 0, "\(done.error)")
        #expect(try gateway.awaitHealth("/readyz", 503, seconds: 2), "\(gateway.logText())")
        let answer = try gateway.register("api", "api-2")
        #expect(answer.status == 503)
        #expect(answer.body.contains("segment 00000000000000000001.jsonl"), "\(answer.body)")
        #expect(try gateway.curl("GET", "/api/maxine/services/api").status == 503)
        #expect(try gateway.health("/healthz") == 200)
        #expect(gateway.stop() == 0)
    }

    @Test func aLostLogTakesAnOperatorsWord() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        #expect(try gateway.register("api", "api-1").status == 201)
        let running = try gateway.maxine("audit", "accept-loss", "--reason", "x")
        #expect(running.status == 1)
        #expect(running.error.contains("stop the gateway first"), "\(running.error)")
        #expect(gateway.stop() == 0)
        let nothing = try gateway.maxine("audit", "accept-loss", "--reason", "x")
        #expect(nothing.status == 0)
        #expect(nothing.output.contains("nothing to do"), "\(nothing.output)")
        try FileManager.default.removeItem(at: gateway.folder.appending(path: "data/audit"))
        #expect(throws: TestFault.self) { try gateway.start() }
        #expect(gateway.logText().contains("maxine audit accept-loss --reason TEXT"))
        #expect(gateway.stop() == 1)
        #expect(try gateway.maxine("audit", "accept-loss").status == 2)
        let accepted = try gateway.maxine("audit", "accept-loss", "--reason", "the disk burnt")
        #expect(accepted.status == 0, "\(accepted.error)")
        #expect(accepted.output.contains("tree root at"), "\(accepted.output)")
        try gateway.start()
        #expect(try gateway.instanceIDs("api") == ["api-1"])
        #expect(gateway.stop() == 0)
        let verified = try gateway.verify()
        #expect(verified.status == 0, "\(verified.error)")
        #expect(
            verified.output.contains("an operator accepted the loss of records 1 to"),
            "\(verified.output)")
        #expect(verified.output.contains("the disk burnt"))
    }

    @Test func anAbsentLogIsNoDamage() throws {
        let gateway = try GatewayProcess()
        let result = try gateway.verify("/nonexistent")
        #expect(result.status == 1)
        #expect(result.error.contains("there is no log"), "\(result.error)")
    }

    @Test func strangeFilesBesideTheSegmentsAreNamedAndPassedOver() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        #expect(gateway.stop() == 0)
        let made = try Shell.run(
            ["sh", "-c", "cd data/audit/segments && mkdir lost+found && echo x >.x.swp"],
            directory: gateway.folder)
        #expect(made.status == 0)
        try gateway.start()
        #expect(gateway.logText().contains("segments/lost+found is no segment of the log"))
        #expect(gateway.stop() == 0)
        let verified = try gateway.verify()
        #expect(verified.status == 0)
        let warning = "warning: segments/.x.swp is no segment"
        #expect(verified.error.contains(warning), "\(verified.error)")
    }
}
