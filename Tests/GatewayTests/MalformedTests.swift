import Foundation
import StrictJSON
import Support
import Testing

/// Bad requests, each with its exact answer; the gateway outlives all of them.
@Suite(.enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct MalformedTests {
    @Test func thereAreManyRows() {
        #expect(BadHead.all.count + BadBody.all.count + BadFrames.all.count >= 60)
    }

    @Test func answersEachBadHeadAsItDeserves() async throws {
        try await serving { gateway in
            for row in BadHead.all { try await expect(row, of: gateway) }
        }
    }

    @Test func answersEachBadBodyAsItDeserves() async throws {
        try await serving { gateway in
            for row in BadBody.all { try await expect(row, of: gateway) }
        }
    }

    @Test func answersEachBadFrameAsItDeserves() async throws {
        try await serving { gateway in
            for row in BadFrames.all { try await expect(row, of: gateway) }
        }
    }

    private func serving(_ body: @escaping @Sendable (InProcessGateway) async throws -> Void)
        async throws
    {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            try await body(gateway)
            #expect(try await gateway.curl("GET", "/api/maxine/status").status == 200)
        }
        gateway.expectWholeLog()
    }

    private func expect(_ row: BadHead, of gateway: InProcessGateway) async throws {
        let (answer, isClosed) = try await Shell.aside {
            let pipe = try TLSPipe(gateway, protocols: "http/1.1")
            pipe.send(row.bytes)
            return (pipe.answer(), row.closes ? pipe.waitForClose() : false)
        }
        #expect(answer.hasPrefix("HTTP/1.1 \(row.status) "), "\(row.name): \(answer.prefix(300))")
        #expect(answer.contains(row.says), "\(row.name): \(answer)")
        #expect(answer.contains("application/problem+json"), "\(row.name): \(answer)")
        if row.closes { #expect(isClosed, "\(row.name): the connection stays open") }
    }

    private func expect(_ row: BadBody, of gateway: InProcessGateway) async throws {
        let answer = try await gateway.curl(row.method, row.path, body: row.body)
        #expect(answer.status == row.status, "\(row.body): \(answer.body)")
        let detail = try StrictJSON.parse(Array(answer.body.utf8))["detail"]?.string ?? ""
        #expect(detail.contains(row.says), "\(row.body): \(detail)")
        let record = try gateway.record(of: answer)
        #expect(record["status"]?.integer == Int64(row.status))
        #expect(record["reason"]?.string?.contains(row.says) == true, "\(record)")
    }

    private func expect(_ row: BadFrames, of gateway: InProcessGateway) async throws {
        let before = Int64(try gateway.records().count)
        let seen = try await Shell.aside {
            let pipe = try TLSPipe(gateway, protocols: "h2")
            pipe.send(row.bytes)
            pipe.read(seconds: 8) { row.end.isReached(by: $0, isClosed: pipe.isClosed) }
            if case .goAway = row.end { _ = pipe.waitForClose() }
            return pipe
        }
        let frames = HTTP2Frames.parse(seen.received).map {
            "\($0.type)/\($0.stream) \(String(decoding: $0.payload.prefix(300), as: UTF8.self))"
        }
        #expect(
            row.end.isReached(by: seen.received, isClosed: seen.isClosed),
            "\(row.name): \(frames.prefix(6)) closed \(seen.isClosed)")
        if case .goAway = row.end { #expect(seen.isClosed, "\(row.name)") }
        guard case .flood = row.end else { return }
        let record = try await gateway.awaitRecord { record in
            let reason = record["reason"]?.string ?? ""
            return (record["seq"]?.integer ?? 0) > before
                && (reason.hasPrefix("flood: ") || reason.hasPrefix("connection_broken: "))
        }
        #expect(record?["decision"]?.string == "deny", "\(row.name)")
    }
}

extension BadFrames.End {
    /// Whether what a peer got is this end.
    fileprivate func isReached(by bytes: [UInt8], isClosed: Bool) -> Bool {
        let frames = HTTP2Frames.parse(bytes)
        return switch self {
        case .answer(let text):
            frames.contains {
                $0.type == 0 && String(decoding: $0.payload, as: UTF8.self).contains(text)
            }
        case .flood: isClosed
        case .reset: frames.contains { $0.type == 3 && $0.stream == 1 }
        case .goAway(let code):
            frames.contains {
                $0.type == 7
                    && $0.payload.dropFirst(4).prefix(4).elementsEqual(HTTP2Frames.number(code))
            }
        }
    }
}
