import Audit
import Gateway
import Support
import Testing

extension GatewayConfiguration {
    /// Has full segments soon, and of the log no more than some bytes.
    mutating func keepLittle(bytes: Int64? = 60_000) {
        audit.segmentBytes = 16_384
        audit.fillBytes = 0
        audit.packsSegments = false
        audit.retention = RetentionRule(bytesMax: bytes)
    }
}

extension InProcessGateway {
    /// Asks so often for the same, over one connection by a path with `[1-9]`, which counts up.
    func askOften(
        _ method: String, _ path: String, body: String? = nil, _ status: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await curl(method, path, body: body)
        #expect(answer.status == status, "\(answer.body)", sourceLocation: sourceLocation)
    }

    /// Registers so many instances of a service, and has the log sealed and its end signed.
    func fill(_ service: String, _ count: Int) async throws {
        try await askOften(
            "PUT", "/api/maxine/services/\(service)/instances/\(service)-[1-\(count)]",
            body: #"{"address":"10.0.0.7","port":8080,"ttlSeconds":3600}"#, 201)
        try await seal()
    }

    /// Has the log sealed and its end signed.
    func seal() async throws {
        clock.advance(by: .seconds(2))
        try await tick(.checkpoints)
        try await tick(.reading)
    }

    /// Fills the log by reading, and has what is not kept taken away; gives the oldest record that is left.
    func prune(reads count: Int = 300) async throws -> Int {
        try await askOften("GET", "/api/maxine/audit/holds#[1-\(count)]", 200)
        try await seal()
        try await tick(.space)
        return try await metric("maxine_audit_oldest_record")
    }
}
