import Foundation
import Support
import Testing

/// A gateway that is told to stop finishes what it has begun.
@Suite(.enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct DrainTests {
    @Test func answersARequestWhoseBodyComesAfterTheOrderToStop() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let body = #"{"address":"10.0.0.7","port":8080}"#
            let pipe = try await Shell.aside {
                let pipe = try TLSPipe(gateway)
                pipe.send(
                    "PUT /api/maxine/services/api/instances/late HTTP/1.1\r\nhost: localhost\r\n"
                        + "content-length: \(body.utf8.count)\r\nexpect: 100-continue\r\n\r\n")
                pipe.read { !$0.isEmpty }
                return pipe
            }
            #expect(String(decoding: pipe.received, as: UTF8.self).hasPrefix("HTTP/1.1 100 "))
            await gateway.stop()
            try await gateway.awaitRefusal()
            let (answer, isClosed) = try await Shell.aside {
                pipe.send(body)
                return (pipe.answer(), pipe.waitForClose())
            }
            #expect(answer.hasPrefix("HTTP/1.1 201 "), "\(answer)")
            #expect(answer.lowercased().contains("connection: close"))
            #expect(isClosed)
        }
        try await gateway.serving { gateway in
            let answer = try await gateway.curl("GET", "/api/maxine/discover/api")
            #expect(answer.status == 200)
        }
    }

    @Test func closesIdleConnectionsAtOnce() async throws {
        let gateway = try InProcessGateway()
        let (pipe, answer, told) = try await gateway.serving { gateway in
            try await Shell.aside {
                let pipe = try TLSPipe(gateway)
                pipe.send("GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n\r\n")
                return (pipe, pipe.answer(), ContinuousClock.now)
            }
        }
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(ContinuousClock.now - told < .seconds(5))
        #expect(try await Shell.aside { pipe.waitForClose() })
    }
}
