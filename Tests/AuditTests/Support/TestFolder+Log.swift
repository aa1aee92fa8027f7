import Audit
import Support

/// An audit log in a folder of its own.
extension TestFolder {
    var segments: [String] {
        (try? names("segments")) ?? []
    }

    var quarantined: [String] {
        (try? names("quarantine")) ?? []
    }

    func read(_ name: String) throws -> [UInt8] {
        try bytes("segments/" + name)
    }

    /// All bytes of all segments, in order.
    func wholeLog() throws -> [UInt8] { try segments.flatMap { try read($0) } }

    /// The record and commit lines of the log without blank lines.
    func lines() throws -> [String] {
        String(decoding: try wholeLog(), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    func configuration(
        segmentBytes: Int64 = 1 << 20, fillBytes: Int = 4096
    ) -> JournalConfiguration {
        var configuration = JournalConfiguration(directory: path, version: "test")
        configuration.segmentBytesMax = segmentBytes
        configuration.fillBytes = fillBytes
        configuration.retrySeconds = 0.01
        configuration.bootID = "boot"
        configuration.clock = { 1_795_000_000_000_000_000 }
        return configuration
    }
}

extension Record {
    static func sample(_ number: Int, kind: RecordKind = .decision) -> Record {
        Record(
            kind: kind, request: RequestID(high: 7, low: UInt64(number)),
            identity: sampleIdentity, action: "service.discover",
            resource: ResourceFields(service: "api", id: "i-\(number)"), verdict: .allow,
            gate: "intention", rule: "web-to-api", policy: samplePolicy, status: 200,
            decisionID: UInt64(number))
    }

    static let samplePolicy = PolicyFragment(digest: "sha256:00ff")
    static let sampleIdentity = IdentityFragment(
        principal: PrincipalFields(
            kind: "service", id: "spiffe://maxine.local/ns/default/dc/dc1/svc/web", auth: "mtls",
            roles: ["service"]),
        client: ClientFields(ip: "10.0.0.1", port: 4711, tls: "1.3", certificate: "0a"))
}

/// Appends and commits one batch of sample records and gives their receipts' numbers.
@discardableResult
func commit(_ numbers: Range<Int>, in lane: JournalLane, now: Int64 = 1_795_000_000_000_000_001)
    throws -> [(sequence: UInt64, leaf: LeafHash)]
{
    for number in numbers { try lane.append(.sample(number)) }
    var commit = lane.commit(nowNanoseconds: now)
    if let failure = commit.failure { throw failure }
    var out: [(sequence: UInt64, leaf: LeafHash)] = []
    while let receipt = commit.next() { out.append((receipt.sequence, receipt.leafHash)) }
    return out
}
