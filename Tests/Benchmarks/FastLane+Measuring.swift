import Audit
import DequeModule
import Foundation
import Policy
import Registry
import StrictJSON
import Time

enum BenchmarkError: Error { case refused }

extension FastLane {
    /// Decides, records and answers batches for about a second; returns the cells of a row.
    func measure(batch: Int) throws -> [String] {
        let rounds = max(200, 40_000 / batch / 4)
        var decide: Int64 = 0
        var encode: Int64 = 0
        var commitTime: Int64 = 0
        var pick: Int64 = 0
        let start = Self.now()
        for _ in 0..<rounds {
            try round(batch: batch, &decide, &encode, &commitTime, &pick)
        }
        let total = Self.now() - start
        let requests = Int64(rounds * batch)
        return [
            String(batch), String(decide / requests), String(encode / requests),
            String(commitTime / Int64(rounds) / 1000), String(pick / requests),
            String(requests * 1_000_000_000 / total),
        ]
    }

    /// One batch through the whole lane, timed step by step.
    private func round(
        batch: Int, _ decide: inout Int64, _ encode: inout Int64, _ commitTime: inout Int64,
        _ pick: inout Int64
    ) throws {
        let operation = Operation(action: .serviceDiscover, resource: Resource(service: "api"))
        let query = DiscoverQuery(service: "api")
        var permits = UniqueDeque<Permit>()
        let context = Context(nowNanoseconds: Self.now())
        var mark = Self.now()
        for _ in 0..<batch {
            guard case .allow(let permit) = policy.decide(subject, operation, context) else {
                throw BenchmarkError.refused
            }
            permits.append(permit)
        }
        decide += lap(&mark)
        for place in 0..<batch {
            let decisionID = permits[place].decisionID
            try lane.append(
                Record(
                    kind: .decision, request: RequestID(high: decisionID, low: 1),
                    identity: identity, action: "service.discover",
                    resource: ResourceFields(service: "api"), verdict: .allow, gate: "intention",
                    rule: "web-to-api", policy: fragment, status: 200, decisionID: decisionID))
        }
        encode += lap(&mark)
        var commit = lane.commit(nowNanoseconds: mark)
        commitTime += lap(&mark)
        while let permit = permits.popFirst() {
            guard let receipt = commit.next(),
                case .found = registry.discover(
                    query, permit: permit, receipt: receipt, elapsedNanoseconds: mark)
            else { throw BenchmarkError.refused }
        }
        pick += lap(&mark)
    }

    private func lap(_ mark: inout Int64) -> Int64 {
        let now = Self.now()
        defer { mark = now }
        return now - mark
    }

    static func now() -> Int64 { Clocks.system.elapsed() }

    static func number(_ value: Int) throws -> JSONValue {
        try StrictJSON.parse(Array(String(value).utf8))
    }

    static func policyText(rules: Int) -> String {
        var text = """
            maxine_policy: 1
            name: bench
            bindings:
              - role: service
                subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }]
            intentions:
              - { id: web-to-api, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }

            """
        for rule in 1..<rules {
            text +=
                "  - { id: r\(rule), effect: allow, from: [{ service: s\(rule % 997) }],"
                + " to: [{ service: t\(rule) }], permit: [discover] }\n"
        }
        return text
    }
}

/// How long this disk takes to sync a record.
enum SyncProbe {
    static func medianMicroseconds(in folder: String) -> Int {
        let descriptor = open(folder + "/probe", O_CREAT | O_WRONLY | O_APPEND, 0o600)
        defer { close(descriptor) }
        let bytes = [UInt8](repeating: 120, count: 300)
        let times = (0..<200).map { _ in
            _ = write(descriptor, bytes, bytes.count)
            let start = FastLane.now()
            fdatasync(descriptor)
            return FastLane.now() - start
        }.sorted()
        return Int(times[100] / 1000)
    }
}
