import Foundation
import Gateway
import Logging
import Support
import Testing

/// A gateway begins and ends in order, and minds no other in the same process.
@Suite struct LifecycleTests {
    @Test func severalServeInOneProcessAndKnowNothingOfEachOther() async throws {
        let (one, other) = (try InProcessGateway(), try InProcessGateway())
        other.clock.advance(by: .seconds(77))
        let path = "/api/maxine/services/api"
        let answers = try await one.serving { one in
            try await other.serving { other in
                [
                    try await one.register("api", "api-1"),
                    try await one.curl("GET", path),
                    try await other.curl("GET", path),
                ]
            } + [try await one.curl("GET", "/api/maxine/status")]
        }
        #expect(answers.map(\.status) == [201, 200, 200, 200], "\(answers)")
        #expect(answers[1].body.contains("api-1"))
        #expect(!answers[2].body.contains("api-1"))
        #expect(try one.records("service.register").count == 2)
        #expect(try other.records("service.register").isEmpty)
        #expect(one.logText().contains("notice  stopped"), "\(one.logText())")
    }

    @Test func aSecondStartFindsWhatTheFirstLeft() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let answer = try await gateway.register("api", "api-1")
            #expect(answer.status == 201)
        }
        try await gateway.serving { gateway in
            let answer = try await gateway.curl("GET", "/api/maxine/discover/api")
            #expect(answer.status == 200)
        }
    }

    @Test func anOrderToStopBeforeTheStartIsKept() async throws {
        let gateway = try await build(TestFolder())
        await gateway.stop()
        try await gateway.run()
    }

    @Test func whatNeverRanGivesItsFolderAndPortsBack() async throws {
        let folder = try TestFolder()
        let first = try await build(folder)
        let address = first.serviceAddress
        #expect(try await connects(address, folder))
        await first.close()
        await first.close()
        #expect(try await !connects(address, folder))
        let second = try await build(folder)
        await second.close()
    }

    @Test func aPortThatIsTakenLeavesNothingOpen() async throws {
        let (folder, other) = (try TestFolder(), try TestFolder())
        let first = try await build(other)
        let taken = Int(first.metricsAddress.split(separator: ":").last ?? "") ?? 0
        await #expect(throws: (any Error).self) {
            _ = try await build(folder) { $0.listen.metrics.port = taken }
        }
        let second = try await build(folder)
        await second.close()
        await first.close()
    }

    /// Whether the gateway of a folder answers there; a port that was given back may be another's by now.
    private func connects(_ address: String, _ folder: TestFolder) async throws -> Bool {
        let request = CurlRequest("GET", "/api/maxine/status")
        return try await Shell.run(
            aside: request.arguments(to: address), directory: folder.url
        ).status == 0
    }

    private func build(
        _ folder: TestFolder, _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) async throws -> Gateway {
        var settings = GatewayConfiguration()
        settings.listen.service = .anyPort
        settings.listen.metrics = .anyPort
        settings.listen.people = .anyPort
        settings.listen.federation = .anyPort
        settings.dataDirectory = folder.path("data")
        settings.certsDirectory = folder.path("certs")
        change(&settings)
        return try await Assembly.build(
            settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
