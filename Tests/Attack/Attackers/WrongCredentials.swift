import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Support

/// Sends credentials that are no good beside the client's requests, 60 of each sort a minute.
struct WrongCredentials: Attack {
    let name = "wrong credentials"
    let ratioMax = 1.1

    private static let perSecond = 4

    func run(_ target: Target, until end: ContinuousClock.Instant) async throws -> String {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        group.next().execute { FloodSocket.beModest() }
        let configuration = HTTPClient.Configuration(
            tlsConfiguration: try Caller.tls(.service(Target.attacker), in: target.folder))
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(group), configuration: configuration)
        var pace = Pace(perSecond: Self.perSecond)
        var (sent, refused) = (0, 0)
        while .now < end {
            for _ in 0..<pace.due() {
                let status = try? await Self.send(sent, to: target.port, by: client)
                sent += 1
                if status == 401 || status == 429 { refused += 1 }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        try await client.shutdown()
        try await group.shutdownGracefully()
        guard refused == sent, sent > 0 else {
            throw TestFault(description: "\(sent - refused) of \(sent) were not refused")
        }
        return "\(sent) API keys, tokens and sessions that nobody has, each refused"
    }

    private static func send(
        _ number: Int, to port: UInt16, by client: HTTPClient
    ) async throws -> Int {
        var request = HTTPClientRequest(url: "https://127.0.0.1:\(port)/api/maxine/status")
        let random = (0..<49).map { _ in String("0123456789abcdefABCDEF".randomElement() ?? "0") }
            .joined()
        switch number % 4 {
        case 0: request.headers.add(name: "x-api-key", value: "mxk_0aB1cD2e_\(random)")
        case 1: request.headers.add(name: "authorization", value: "Bearer \(random)")
        case 2:
            request.headers.add(name: "authorization", value: "Bearer e30.\(random).\(random)")
        default: request.headers.add(name: "cookie", value: "__Host-maxine=\(random)")
        }
        let response = try await client.execute(request, timeout: .seconds(10))
        _ = try await response.body.collect(upTo: 1 << 16)
        return Int(response.status.code)
    }
}
