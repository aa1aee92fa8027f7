import AsyncHTTPClient
import Foundation
import NIOHTTP1
import NIOPosix
import StrictJSON
import Support

/// What the gateway's catalogue holds.
struct Catalogue: Equatable {
    /// By service and id, as `web/beat-1`.
    var instances: [String: JSONValue] = [:]

    /// Instances of `api`, which the client discovers.
    static let discovered = 200
    /// Instances of `web` whose leases the client keeps.
    static let beating = 60
    /// Longer than any answer to another.
    private static let sizes = JSONLimits(bytesMax: 64 << 20, depthMax: 32, valuesMax: 10_000_000)
    /// Their lease: each is kept every two seconds.
    static let beatingTTLSeconds = 15

    /// Registers what the client finds there when it begins.
    static func fill(_ gateway: GatewayProcess) async throws {
        try await asOperator(gateway) { caller in
            for number in 0..<discovered {
                try await register("api", "api-\(number)", ttl: 3600, with: caller)
            }
            for number in 0..<beating {
                try await register("web", "beat-\(number)", ttl: beatingTTLSeconds, with: caller)
            }
        }
    }

    /// The catalogue as the operator lists it.
    static func read(_ gateway: GatewayProcess) async throws -> Catalogue {
        try await asOperator(gateway) { caller in
            var catalogue = Catalogue()
            for service in ["api", "web", Target.attacker] {
                for instance in try await list(service, with: caller) {
                    guard let id = instance["id"]?.string else { continue }
                    catalogue.instances["\(service)/\(id)"] = instance
                }
            }
            return catalogue
        }
    }

    /// All pages of a service's list.
    private static func list(_ service: String, with caller: Caller) async throws -> [JSONValue] {
        var all: [JSONValue] = []
        var query = ""
        while true {
            let answer = try await caller.send(.GET, "/services/\(service)" + query)
            guard answer.status == 200 else {
                throw TestFault(description: "no list of \(service): \(answer.status)")
            }
            let page = try StrictJSON.parse(answer.body, limits: sizes)
            guard case .array(let instances) = page["instances"] else {
                throw TestFault(description: "no list of \(service)")
            }
            all += instances
            guard let next = page["next"]?.string else { return all }
            query = "?next=" + next
        }
    }

    private static func register(
        _ service: String, _ id: String, ttl: Int, with caller: Caller
    ) async throws {
        let answer = try await caller.send(
            .PUT, "/services/\(service)/instances/\(id)", body: WellBehavedClient.instance(ttl: ttl)
        )
        guard answer.status == 201 else {
            throw TestFault(description: "\(service)/\(id) not registered: \(answer.status)")
        }
    }

    private static func asOperator<R>(
        _ gateway: GatewayProcess, _ body: (Caller) async throws -> R
    ) async throws -> R {
        let caller = try Caller(
            .operator, in: gateway.folder, address: gateway.serviceAddress, version: .automatic,
            on: MultiThreadedEventLoopGroup.singleton)
        let result: Result<R, any Error>
        do { result = .success(try await body(caller)) } catch { result = .failure(error) }
        try await caller.shutDown()
        return try result.get()
    }
}
