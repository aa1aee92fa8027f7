import Audit
import Foundation
import PKI
import Policy
import ProofSupport
import Support
import Testing

@testable import Gateway

/// Keys of the log change only by a permit and a receipt of just that change.
@Suite struct LogKeyDeskTests {
    private let house: Gatehouse
    private let ring: LogKeyRing
    private let desk: LogKeyDesk

    init() throws {
        house = try Gatehouse()
        var configuration = GatewayConfiguration()
        configuration.certsDirectory = house.folder.path("certs")
        try FileManager.default.createDirectory(
            atPath: house.folder.path("certs"), withIntermediateDirectories: false)
        try FileManager.default.createDirectory(
            atPath: house.folder.path("pki"), withIntermediateDirectories: false)
        ring = try LogKeyRing(
            TrustDomainConfiguration(
                directory: house.folder.path("pki"), trustDomain: "maxine.local", datacenter: "dc"))
        let clock = TestClock()
        let keeper = try CheckpointKeeper(
            journal: house.journal, keys: ring.keys.keys, last: nil, hasEntries: false,
            elapsed: clock.elapsed, note: { _ in })
        desk = LogKeyDesk(
            ring, keeper, nil, house.journal, CheckpointFile(configuration), overlapSeconds: 60,
            wall: { clock.nanoseconds })
    }

    /// Takes a step with the permit of an action on a thing, and the receipt of its record.
    private func take(
        _ step: LogKeyStep, by action: Action, on id: String?, receiptOfAnother: Bool = false
    ) async throws -> Bool {
        let permit = try house.permit(action, Resource(id: id))
        let number = permit.decisionID
        let record = Record(
            kind: .intent, action: action.name, resource: ResourceFields(id: id),
            decisionID: receiptOfAnother ? number &+ 1 : number)
        let receipt = try house.receipt(record)
        switch await desk.take(step, permit: permit, receipt: receipt) {
        case .success: return true
        case .failure(.notCleared): return false
        case .failure(let refusal): throw TestFault(description: "\(refusal)")
        }
    }

    @Test func noOtherPermitOrReceiptChangesThem() async throws {
        let before = ring.keys.published
        let key = LogKeyRing.resourceID
        #expect(try await !take(.joining, by: .caRead, on: key))
        #expect(try await !take(.joining, by: .caRevoke, on: key))
        #expect(try await !take(.joining, by: .caRotate, on: nil))
        #expect(try await !take(.joining, by: .caRotate, on: "root"))
        #expect(try await !take(.joining, by: .caRotate, on: key, receiptOfAnother: true))
        #expect(try await !take(.replacing, by: .caRotate, on: key))
        #expect(try await !take(.retiring, by: .caRevoke, on: key))
        #expect(ring.keys.published == before)
        #expect(try await take(.joining, by: .caRotate, on: key))
        #expect(ring.keys.keys.count == 2)
        #expect(try await take(.replacing, by: .caRevoke, on: key))
        #expect(ring.keys.keys.count == 1 && !before.contains(ring.keys.published[0]))
    }
}
