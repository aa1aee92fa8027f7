import Foundation
import StrictJSON
import Testing

/// Bad requests, each with its exact answer; the gateway outlives all of them.
@Suite(.serialized) struct MalformedTests {
    @Test(.enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
    func answersEachBadRequestAsItDeserves() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let count = BadHead.all.count + BadBody.all.count + BadFrames.all.count
        #expect(count >= 60)
        for row in BadHead.all { try expect(row, of: gateway) }
        for row in BadBody.all { try expect(row, of: gateway) }
        for row in BadFrames.all { try expect(row, of: gateway) }
        #expect(try gateway.curl("GET", "/api/maxine/status").status == 200)
        #expect(gateway.stop() == 0)
        #expect(try gateway.verify().status == 0)
    }

    private func expect(_ row: BadHead, of gateway: GatewayProcess) throws {
        let pipe = try TLSPipe(gateway, protocols: "http/1.1")
        pipe.send(row.bytes)
        let answer = pipe.answer()
        #expect(answer.hasPrefix("HTTP/1.1 \(row.status) "), "\(row.name): \(answer.prefix(300))")
        #expect(answer.contains(row.says), "\(row.name): \(answer)")
        #expect(answer.contains("application/problem+json"), "\(row.name): \(answer)")
        if row.closes { #expect(pipe.waitForClose(), "\(row.name): the connection stays open") }
    }

    private func expect(_ row: BadBody, of gateway: GatewayProcess) throws {
        let answer = try gateway.curl(row.method, row.path, body: row.body)
        #expect(answer.status == row.status, "\(row.body): \(answer.body)")
        let detail = try StrictJSON.parse(Array(answer.body.utf8))["detail"]?.string ?? ""
        #expect(detail.contains(row.says), "\(row.body): \(detail)")
        let record = try gateway.record(of: answer)
        #expect(record["status"]?.integer == Int64(row.status))
        #expect(record["reason"]?.string?.contains(row.says) == true, "\(record)")
    }

    private func expect(_ row: BadFrames, of gateway: GatewayProcess) throws {
        let before = Int64(try gateway.records().count)
        let pipe = try TLSPipe(gateway, protocols: "h2")
        pipe.send(row.bytes)
        func isDone(_ bytes: [UInt8]) -> Bool {
            let frames = HTTP2Frames.parse(bytes)
            return switch row.end {
            case .answer(let text):
                frames.contains {
                    $0.type == 0 && String(decoding: $0.payload, as: UTF8.self).contains(text)
                }
            case .flood: pipe.isClosed
            case .reset: frames.contains { $0.type == 3 && $0.stream == 1 }
            case .goAway(let code):
                frames.contains {
                    $0.type == 7
                        && $0.payload.dropFirst(4).prefix(4).elementsEqual(HTTP2Frames.number(code))
                }
            }
        }
        pipe.read(seconds: 8, until: isDone)
        let seen = HTTP2Frames.parse(pipe.received).map {
            "\($0.type)/\($0.stream) \(String(decoding: $0.payload.prefix(300), as: UTF8.self))"
        }
        let done = isDone(pipe.received)
        #expect(done, "\(row.name): \(seen.prefix(6)) closed \(pipe.isClosed)")
        if case .flood = row.end {
            let record = try gateway.awaitRecord { record in
                let reason = record["reason"]?.string ?? ""
                return (record["seq"]?.integer ?? 0) > before
                    && (reason.hasPrefix("flood: ") || reason.hasPrefix("connection_broken: "))
            }
            #expect(record?["decision"]?.string == "deny", "\(row.name)")
        }
        if case .goAway = row.end { #expect(pipe.waitForClose(), "\(row.name)") }
    }
}
