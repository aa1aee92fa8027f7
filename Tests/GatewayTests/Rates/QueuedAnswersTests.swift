import Foundation
import Gateway
import Support
import Testing

/// Lists that are asked for and not taken.
@Suite struct QueuedAnswersTests {
    private let list = "/api/maxine/services/api"

    @Test func oneClientHoldsOnlySoMuchOnAllItsConnections() async throws {
        try await InProcessGateway().serving { gateway in
            let metadata = (0..<15).map { #""k\#($0)":"\#(String(repeating: "v", count: 500))""# }
            for number in 0..<40 {
                let answer = try await gateway.curl(
                    "PUT", list + "/instances/i-\(number)",
                    body: #"{"address":"10.0.0.7","port":80,"ttlSeconds":3600,"metadata":{"#
                        + metadata.joined(separator: ",") + "}}")
                #expect(answer.status == 201)
            }
            let whole = try await gateway.curl("GET", list)
            #expect(whole.status == 200)
            let connections = 2 + RateLimits.queuedBytesMax / (8 << 20)
            let pipes = try await Shell.aside {
                try (0..<connections).map { _ in
                    let pipe = try TLSPipe(gateway, protocols: "h2")
                    let zeroWindow = HTTP2Frames.frame(4, [0, 4, 0, 0, 0, 0])
                    let requests = (0..<40).flatMap {
                        HTTP2Frames.request(list, stream: UInt32(2 * $0 + 1))
                    }
                    pipe.send(HTTP2Frames.preface + zeroWindow + requests)
                    // Every answer's head comes, whatever its status.
                    pipe.read { HTTP2Frames.parse($0).count { $0.type == 1 } >= 40 }
                    return pipe
                }
            }
            let heads = pipes.map { pipe in
                HTTP2Frames.parse(pipe.received).count { $0.type == 1 }
            }
            #expect(heads.allSatisfy { $0 == 40 }, "\(heads)")
            let refused = try await gateway.curl("GET", list)
            #expect(refused.status == 503)
            #expect(refused.headers["retry-after"] == "1")
            #expect(try await gateway.curl("GET", "/api/maxine/status").status == 200)
            try await Shell.aside { for pipe in pipes { pipe.close() } }
            var after = try await gateway.curl("GET", list)
            while after.status == 503 { after = try await gateway.curl("GET", list) }
            #expect(after.body == whole.body)
        }
    }
}
