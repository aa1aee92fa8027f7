import Foundation
import StrictJSON
import Support
import Testing

/// What strangers throw at the binary, and what the log says of it.
@Suite(.timeLimit(.minutes(2)))
struct StrangerTests {
    @Test func theLogCountsExactlyWhatWasThrown() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let thrown = ["127.0.0.2": 400, "127.0.0.3": 3]
        for (source, count) in thrown { try throwPlaintext(count, at: gateway, from: source) }
        #expect(try gateway.curl("GET", "/api/maxine/status").status == 200)
        #expect(gateway.stop() == 0)
        for (source, count) in thrown {
            let records = try gateway.journal().filter { $0["client"]?["ip"]?.string == source }
            let own = records.count { $0["type"]?.string == "decision" }
            let counted = records.reduce(0) { $0 + Int($1["detail"]?["count"]?.integer ?? 0) }
            #expect(own + counted == count, "\(source)")
            #expect(own < 10)
        }
        #expect(try gateway.maxine("audit", "verify", "--dir", "data/audit").status == 0)
        let tail = try gateway.maxine("audit", "tail", "--dir", "data/audit", "-n", "100")
        #expect(tail.output.contains("395 times  from 127.0.0.2"), "\(tail.output)")
    }

    @Test func aCrashLosesCountsAndNothingElse() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        try throwPlaintext(50, at: gateway, from: "127.0.0.2")
        let answer = try gateway.curl("GET", "/api/maxine/status")
        gateway.crash()
        try gateway.start()
        #expect(try gateway.record(of: answer)["status"]?.integer == 200)
        #expect(gateway.stop() == 0)
        let own = try gateway.records("tls.handshake")
        #expect(own.count == 5)
        #expect(try gateway.maxine("audit", "verify", "--dir", "data/audit").status == 0)
    }

    private func throwPlaintext(
        _ count: Int, at gateway: GatewayProcess, from source: String
    ) throws {
        let port = UInt16(gateway.serviceAddress.split(separator: ":").last ?? "") ?? 0
        for _ in 0..<count {
            let socket = try PlainSocket(port: port, from: source)
            socket.send("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
            #expect(socket.waitForClose())
        }
    }
}
