import Foundation
import NIOConcurrencyHelpers
import Support

/// Fills the log's disk, leaves it full for longer than a lease lasts, and gives the space back.
final class FullJournal: Attack {
    let name = "journal full"
    let mayBeRefused = true

    private static let mebibytes = 32
    /// How long all is well before and after.
    private static let well = Duration.seconds(8)

    private let mount = NIOLockedValueBox<LoopMount?>(nil)

    func prepare(_ gateway: GatewayProcess) throws -> [String] {
        let audit = gateway.folder.appending(path: "data/audit")
        let new = try LoopMount(on: audit, mebibytes: Self.mebibytes)
        mount.withLockedValue { $0 = new }
        return []
    }

    func run(_ target: Target, until end: ContinuousClock.Instant) async throws -> String {
        guard let mount = mount.withLockedValue({ $0 }) else {
            throw TestFault(description: "the log has no disk of its own")
        }
        try await Task.sleep(for: Self.well)
        let begin = ContinuousClock.now
        try await Shell.aside { try mount.fill() }
        try await Task.sleep(until: end - Self.well)
        try mount.free()
        let full = (ContinuousClock.now - begin) / .seconds(1)
        try await Task.sleep(until: end)
        return
            "the log's disk full for \(Int(full)) s; leases last \(Catalogue.beatingTTLSeconds) s"
    }
}
