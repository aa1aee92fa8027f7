import Audit
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import Policy
import Testing
import Wire

@testable import Gateway

/// Operations that run off the event loop, and answers that are produced while they are sent.
@Suite(.serialized) struct SlowLaneTests {
    /// Waits as long as it is told; a change if it is told so.
    struct Napping: SlowOperation {
        var milliseconds: Int
        var isChange = true
        var deadline = Duration.seconds(10)
        var kind = SlowKind.work
        let resource = Resource(id: "nap")

        func perform(
            permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
        ) async -> SlowOutcome {
            guard permit.decisionID == receipt.decisionID else {
                return SlowOutcome(.failure(.internalError("mismatch")))
            }
            let end = ContinuousClock.now + .milliseconds(milliseconds)
            // As code that takes no notice of being cancelled.
            while ContinuousClock.now < end { await Self.blink() }
            let body = "{\"slept\":\(milliseconds)}"
            return SlowOutcome(
                .success(Answer(status: 200, json: Array(body.utf8))),
                detail: Array("{\"slept\":\(milliseconds)}".utf8))
        }

        private static func blink() async {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().asyncAfter(deadline: .now() + 0.005) {
                    continuation.resume()
                }
            }
        }
    }

    struct Streaming: SlowOperation {
        let isChange = false
        let resource = Resource(id: "stream")
        let body: StreamedBody

        func perform(
            permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
        ) async -> SlowOutcome {
            SlowOutcome(.success(Answer(status: 200, contentType: "text/plain", stream: body)))
        }
    }

    private func route(_ name: StaticString, _ operation: any SlowOperation) -> Route {
        Route(.post, ["test", .init(stringLiteral: name)], .systemRead) { _ throws(Problem) in
            .slow(operation)
        }
    }

    @Test func answersAChangeAndRecordsItsOutcome() async throws {
        let gateway = try InProcessGateway()
        try await gateway.start(
            GatewayAdditions(routes: [route("nap", Napping(milliseconds: 30))]))
        for version in ["--http1.1", "--http2"] {
            let answer = try await gateway.curl(
                .service, "/api/maxine/test/nap", method: "POST", options: [version])
            #expect(answer.status == 200)
            #expect(answer.body == "{\"slept\":30}")
            let sequence = answer.headers["maxine-audit"]?.split(separator: ";").first ?? ""
            #expect(
                try await gateway.awaitRecord(
                    holding: "\"type\":\"intent\"", "\"seq\":\(sequence),") != nil)
            let outcome = try await gateway.awaitRecord(
                holding: "\"type\":\"outcome\"", "\"intent\":\(sequence),")
            #expect(outcome?.contains("\"status\":200") == true)
            #expect(outcome?.contains("\"slept\":30") == true)
        }
        await gateway.stop()
    }

    @Test func answersAtTheDeadlineAndRecordsWhatBecameOfIt() async throws {
        let gateway = try InProcessGateway()
        try await gateway.start(
            GatewayAdditions(routes: [
                route("nap", Napping(milliseconds: 600, deadline: .milliseconds(100)))
            ]))
        let start = ContinuousClock.now
        let answer = try await gateway.curl(.service, "/api/maxine/test/nap", method: "POST")
        #expect(answer.status == 504)
        #expect(ContinuousClock.now - start < .milliseconds(550))
        let sequence = answer.headers["maxine-audit"]?.split(separator: ";").first ?? ""
        let outcome = try await gateway.awaitRecord(
            holding: "\"type\":\"outcome\"", "\"intent\":\(sequence),")
        #expect(outcome?.contains("504 before: done") == true)
        #expect(outcome?.contains("\"status\":200") == true)
        await gateway.stop()
    }

    @Test func refusesMoreThanMayBeInFlight() async throws {
        let gateway = try InProcessGateway()
        try await gateway.start(
            GatewayAdditions(routes: [route("nap", Napping(milliseconds: 1500))]))
        let count = SlowKind.work.inFlightMax + 6
        let requests = gateway.arguments(.service, "/api/maxine/test/nap", method: "POST")
        let url = requests.last ?? ""
        // One HTTP/2 connection, all requests at once.
        let result = try await gateway.run(
            Array(requests.dropLast()) + [
                "--parallel", "--parallel-max", "100", "--http2", "-D", "/dev/null", "-w",
                "%{http_code} ",
            ] + (0..<count).flatMap { _ in ["-o", "/dev/null", url] })
        let statuses = result.output.split(separator: " ")
        #expect(statuses.count == count, "\(result.error)")
        #expect(statuses.filter { $0 == "503" }.count == 6)
        #expect(statuses.filter { $0 == "200" }.count == count - 6)
        #expect(try await gateway.awaitRecord(holding: "overloaded", "\"outcome\"") != nil)
        await gateway.stop()
    }

    @Test func streamsALongBodyAndRecordsItsEnd() async throws {
        let part = ByteBuffer(repeating: 0x61, count: 50_000)
        let body = StreamedBody(endsOnDrain: false) { writer in
            for _ in 0..<100 { try await writer.write(part) }
        }
        let gateway = try InProcessGateway()
        try await gateway.start(GatewayAdditions(routes: [route("all", Streaming(body: body))]))
        for version in ["--http1.1", "--http2"] {
            let answer = try await gateway.curl(
                .service, "/api/maxine/test/all", method: "POST", options: [version])
            #expect(answer.status == 200)
            #expect(answer.body.utf8.count == 5_000_000)
            let sequence = answer.headers["maxine-audit"]?.split(separator: ";").first ?? ""
            let outcome = try await gateway.awaitRecord(
                holding: "\"intent\":\(sequence),", "answer.streamed")
            #expect(outcome?.contains("\"bytes\":5000000,\"ended\":\"finished\"") == true)
        }
        await gateway.stop()
    }

    @Test func aProducerIsCancelledWhenItsClientGoes() async throws {
        let cancelled = NIOLockedValueBox(false)
        let body = StreamedBody(endsOnDrain: true) { writer in
            try await writer.write("first\n")
            do {
                try await Task.sleep(for: .seconds(60))
            } catch {
                cancelled.withLockedValue { $0 = true }
                throw error
            }
        }
        let gateway = try InProcessGateway()
        try await gateway.start(GatewayAdditions(routes: [route("all", Streaming(body: body))]))
        let result = try await gateway.run(
            gateway.arguments(
                .service, "/api/maxine/test/all", method: "POST", options: ["--max-time", "1"]))
        #expect(result.output.contains("first"))
        #expect(
            try await gateway.awaitRecord(holding: "answer.streamed", "peer_gone") != nil)
        #expect(cancelled.withLockedValue { $0 })
        await gateway.stop()
    }
}
