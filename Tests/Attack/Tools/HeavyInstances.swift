import AsyncHTTPClient
import NIOHTTP1
import NIOPosix
import Support

/// Registrations of the attacker's own service, as many and as large as it may.
enum HeavyInstances {
    /// As many as one principal may have; beyond it the gateway refuses.
    private static let count = 1_000
    private static let pairs = 15
    private static let valueBytes = 500
    private static let atOnce = 20

    /// What the attacker asks for: all of them.
    static let list = "/api/maxine/services/\(Target.attacker)"

    static func register(_ target: Target) async throws {
        let caller = try Caller(
            .service(Target.attacker), in: target.folder,
            address: "https://127.0.0.1:\(target.port)", version: .automatic,
            on: MultiThreadedEventLoopGroup.singleton)
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for lane in 0..<atOnce {
                        group.addTask {
                            for number in stride(from: lane, to: count, by: atOnce) {
                                try await register(number, with: caller)
                            }
                        }
                    }
                    try await group.waitForAll()
                })
        } catch { result = .failure(error) }
        try await caller.shutDown()
        try result.get()
    }

    private static func register(_ number: Int, with caller: Caller) async throws {
        let value = String(repeating: "x", count: valueBytes)
        let pairs = (0..<pairs).map { "\"key-\($0)\":\"\(value)\"" }.joined(separator: ",")
        let body =
            #"{"address":"10.0.0.9","port":9,"ttlSeconds":3600,"metadata":{"# + pairs + "}}"
        let path = "/services/\(Target.attacker)/instances/heavy-\(number)"
        let answer = try await caller.send(.PUT, path, body: body)
        guard answer.status == 201 else {
            throw TestFault(description: "heavy-\(number) not registered: \(answer.status)")
        }
    }
}
