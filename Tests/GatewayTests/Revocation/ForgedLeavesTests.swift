import Foundation
import Support
import Testing

/// Leaves that a thief signed with the real key, half of them with serial numbers of live certificates, at the door of a running gateway.
///
/// 1,000 of them, or as many as MAXINE_FORGED_LEAVES says.
@Suite(.timeLimit(.minutes(30))) struct ForgedLeavesTests {
    private static let count =
        ProcessInfo.processInfo.environment["MAXINE_FORGED_LEAVES"].flatMap(Int.init)
        ?? Repetitions.of(1_000)

    @Test func noneIsLetInBeforeOrAfterARestart() async throws {
        let gateway = try InProcessGateway()
        let leaves = try await gateway.serving { gateway in
            for service in ["web", "api"] { try await gateway.issue(service) }
            let leaves = try await Self.forge(gateway)
            #expect(try await Self.letIn(of: leaves, gateway) == 0)
            let clients = try LiveClients(gateway)
            #expect(try await clients.open(1, as: "web").count == 1, "the real one is let in")
            try await clients.end()
            return leaves
        }
        try await InProcessGateway(clock: gateway.clock, folder: gateway.left).serving { gateway in
            #expect(try await Self.letIn(of: leaves.suffix(Self.count / 10), gateway) == 0)
            let clients = try LiveClients(gateway)
            #expect(try await clients.open(1, as: "api").count == 1, "the real one is let in")
            try await clients.end()
        }
    }

    /// A leaf and what a client shows with it.
    struct Leaf: Sendable {
        let chain: [[UInt8]]
        let key: String
    }

    private static func forge(_ gateway: InProcessGateway) async throws -> [Leaf] {
        let pki = gateway.folder.appending(path: "data/pki")
        let authority = try TestCertificate.read(
            pem: String(contentsOf: pki.appending(path: "intermediate.pem"), encoding: .utf8),
            key: String(contentsOf: pki.appending(path: "intermediate.key"), encoding: .utf8))
        let serials = [
            try await gateway.serial(of: "web/svid.pem"),
            try await gateway.serial(of: "api/svid.pem"),
        ]
        let date = gateway.clock.date
        return try (0..<count).map { round in
            let service = round % 4 < 2 ? "web" : "api"
            var plan = TestCertificatePlan.leaf(InProcessGateway.spiffeID(service), now: date)
            if round.isMultiple(of: 2) {
                plan.take(serial: serials[service == "web" ? 0 : 1])
            }
            let leaf = try TestCA.mint(plan, by: authority)
            return Leaf(chain: [leaf.der, authority.der], key: try leaf.keyPEM)
        }
    }

    private static func letIn(
        of leaves: some Sequence<Leaf> & Sendable, _ gateway: InProcessGateway
    ) async throws -> Int {
        let clients = try LiveClients(gateway)
        var letIn = 0
        for leaf in leaves {
            if try await clients.isLetIn(leaf.chain, key: leaf.key) { letIn += 1 }
        }
        try await clients.end()
        return letIn
    }
}
