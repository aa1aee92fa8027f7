import Audit
import Foundation
import Gateway
import StrictJSON
import Support
import Testing
import Time

/// A gateway does not start on a log that lacks what its other files know, until an operator says so.
@Suite struct LossTests {
    /// What becomes of the files of a gateway that has stopped.
    enum Damage: CaseIterable, Sendable {
        case emptied, folderGone, shortened, storeAndLogGone, allButKeysGone

        func happen(to gateway: InProcessGateway) throws {
            let manager = FileManager.default
            let data = gateway.folder.appending(path: "data")
            let audit = data.appending(path: "audit")
            let segments = audit.appending(path: "segments")
            switch self {
            case .emptied:
                for name in try manager.contentsOfDirectory(atPath: segments.path) {
                    try manager.removeItem(at: segments.appending(path: name))
                }
            case .folderGone: try manager.removeItem(at: audit)
            case .shortened:
                let name = try manager.contentsOfDirectory(atPath: segments.path).sorted()[0]
                let file = segments.appending(path: name)
                let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                let commit = try #require(lines.firstIndex { $0.hasPrefix("{\"type\":\"commit\"") })
                let kept = lines[...commit].joined(separator: "\n") + "\n"
                try Data(kept.utf8).write(to: file)
            case .storeAndLogGone, .allButKeysGone:
                for name in try manager.contentsOfDirectory(atPath: data.path)
                where name != "pki" && (self == .allButKeysGone || name != "log.anchor") {
                    try manager.removeItem(at: data.appending(path: name))
                }
            }
        }

        var keepsTheStore: Bool { self != .storeAndLogGone && self != .allButKeysGone }
    }

    @Test(arguments: Damage.allCases)
    func goesOnOnlyAfterTheLossWasAccepted(_ damage: Damage) async throws {
        let gateway = try await stoppedGateway()
        let keys = try keyFiles(gateway)
        try damage.happen(to: gateway)
        await #expect(throws: AuditError.self) { try await gateway.serving { _ in } }
        await #expect(throws: AuditError.self) { try await gateway.serving { _ in } }
        let loss = try #require(try Assembly.acceptLoss(gateway.settings, reason: "the disk burnt"))
        #expect(loss.from == loss.end + 1)
        #expect(try Assembly.acceptLoss(gateway.settings, reason: "again") == nil)
        try await gateway.serving { gateway in
            let answer = try await gateway.curl("GET", "/api/maxine/discover/api")
            #expect(answer.status == (damage.keepsTheStore ? 200 : 404))
            let again = try await gateway.register("api", "api-1")
            let new = try await gateway.register("api", "api-2")
            #expect(again.status < 300 && new.status == 201)
        }
        try await gateway.serving { gateway in
            let answer = try await gateway.curl("GET", "/api/maxine/services/api")
            #expect(answer.body.contains("api-1") && answer.body.contains("api-2"))
        }
        #expect(try keyFiles(gateway) == keys)
        let report = try LogVerifier.verify(directory: gateway.folder.path + "/data/audit").get()
        #expect(report.losses.map(\.reason) == ["the disk burnt"])
        #expect(report.losses.first?.from == loss.from)
        #expect(report.losses.first?.to == loss.to)
    }

    /// Other records of as many, as from a gateway beside this one.
    @Test func doesNotStartOnAnotherLog() async throws {
        let gateway = try await stoppedGateway()
        let other = try await stoppedGateway()
        let manager = FileManager.default
        let place = gateway.folder.appending(path: "data/audit")
        try manager.removeItem(at: place)
        try manager.copyItem(at: other.folder.appending(path: "data/audit"), to: place)
        await #expect(throws: AuditError.self) { try await gateway.serving { _ in } }
    }

    @Test func aLogThatIsPutBackIsTaken() async throws {
        let gateway = try await stoppedGateway()
        let manager = FileManager.default
        let place = gateway.folder.appending(path: "data/audit")
        let away = gateway.folder.appending(path: "away")
        try manager.moveItem(at: place, to: away)
        await #expect(throws: AuditError.self) { try await gateway.serving { _ in } }
        try manager.removeItem(at: place)
        try manager.moveItem(at: away, to: place)
        try await gateway.serving { gateway in
            let answer = try await gateway.curl("GET", "/api/maxine/discover/api")
            #expect(answer.status == 200)
        }
    }

    @Test func anAcceptanceWantsTheGatewayStopped() async throws {
        let gateway = try await stoppedGateway()
        try await gateway.serving { gateway in
            do {
                _ = try Assembly.acceptLoss(gateway.settings, reason: "x")
                Issue.record("it was accepted")
            } catch let error as AuditError {
                #expect(error.code == "audit_log_locked")
            }
        }
    }

    @Test func whatWasOnlyInitialisedStarts() async throws {
        let now = Clocks.system.wall()
        let gateway = try InProcessGateway(clock: TestClock(nanoseconds: now))
        _ = try Assembly.initialise(gateway.settings)
        try await gateway.serving { gateway in
            let page = try await gateway.page("/readyz")
            #expect(page.status == 200)
        }
    }

    /// The end is noted while the gateway runs, so that a crash hides no cut.
    @Test func theEndOfTheLogIsNotedWhileItGrows() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let path = gateway.folder.appending(path: "data/log.anchor")
            let before = try String(contentsOf: path, encoding: .utf8)
            #expect(try await gateway.register("api", "api-1").status == 201)
            for _ in 0..<10 { try await gateway.tick(.log) }
            let after = try String(contentsOf: path, encoding: .utf8)
            #expect(before != after)
        }
    }

    private func stoppedGateway() async throws -> InProcessGateway {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let answer = try await gateway.register("api", "api-1")
            #expect(answer.status == 201)
        }
        return gateway
    }

    private func keyFiles(_ gateway: InProcessGateway) throws -> [String: Data] {
        let folder = gateway.folder.appending(path: "data/pki")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return Dictionary(
            // A log that goes on without what was signed has another key.
            uniqueKeysWithValues: try names.filter { $0 != "log-keys.json" }.map {
                ($0, try Data(contentsOf: folder.appending(path: $0)))
            })
    }
}
