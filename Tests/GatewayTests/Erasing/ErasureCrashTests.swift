import Foundation
import GRDB
import StrictJSON
import Support
import Testing

@testable import Gateway

/// What two operators have begun is finished, whatever comes between.
@Suite(.timeLimit(.minutes(10))) struct ErasureCrashTests {
    private let house = ErasureHouse()

    /// How somebody else keeps a file from being written or cleared.
    private enum Hold: String, CaseIterable {
        case writing = "BEGIN IMMEDIATE"
        case reading = "BEGIN"
    }

    private func held<R: Sendable>(
        _ file: String, _ hold: Hold, in gateway: InProcessGateway,
        _ body: () async throws -> R
    ) async throws -> R {
        var open = Configuration()
        open.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: gateway.left.path("data/\(file)"), configuration: open)
        try other.inDatabase {
            try $0.execute(sql: hold.rawValue)
            _ = try Row.fetchAll($0, sql: "SELECT * FROM sqlite_schema")
        }
        let result = try await body()
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        try other.close()
        return result
    }

    @Test(arguments: ["persons.sqlite", "credentials.sqlite", "registry.sqlite"])
    func aCrashBetweenTheStepsIsFinishedByTheStart(file: String) async throws {
        let gateway = try house.gateway()
        let after = try await gateway.serving { gateway in
            try await gateway.makeOperator("second")
            let session = try await gateway.signOnPerson()
            let registered = try await gateway.askAsPerson(
                "PUT", "/api/maxine/services/api/instances/a-1",
                #"{"address":"10.0.0.7","port":8080}"#, headers: [session.bearer])
            #expect(registered.status == 201)
            let proposed = try await gateway.propose()
            return try await held(file, .reading, in: gateway) {
                let failed = try await gateway.confirm(proposed.id, as: "second")
                #expect(failed.status == 503, "\(failed.body)")
                let again = try await gateway.signOn(ErasureHouse.name)
                #expect(again.status == 503, "nobody comes back meanwhile: \(again.body)")
                return try gateway.asAfterACrash()
            }
        }
        let data = FolderSearch(after.folder.appending(path: "data"))
        try await after.serving { gateway in
            #expect(try data.holding(ErasureHouse.canaries) == [], "before anybody is served")
            let new = try await gateway.signOnPerson()
            #expect(new.answer.status == 201, "as somebody new")
        }
    }

    /// Whoever confirmed may ask again, where what held the file is gone.
    @Test func itIsFinishedByBeingConfirmedAgain() async throws {
        let gateway = try house.gateway()
        try await gateway.serving { gateway in
            try await gateway.makeOperator("second")
            _ = try await gateway.signOnPerson()
            let proposed = try await gateway.propose()
            try await held("persons.sqlite", .writing, in: gateway) {
                let failed = try await gateway.confirm(proposed.id, as: "second")
                #expect(failed.status == 503, "\(failed.body)")
            }
            let done = try await gateway.confirm(proposed.id, as: "second")
            #expect(done.status == 200, "\(done.body)")
        }
        let data = FolderSearch(gateway.folder.appending(path: "data"))
        #expect(try data.holding(ErasureHouse.canaries) == [])
    }

    @Test func aProposalOutlivesAStart() async throws {
        let gateway = try house.gateway()
        let proposed = try await gateway.serving { gateway in
            try await gateway.makeOperator("second")
            _ = try await gateway.signOnPerson()
            return try await gateway.propose()
        }
        try await gateway.serving { gateway in
            let same = try await gateway.confirm(proposed.id)
            #expect(same.status == 403, "the log has who proposed it: \(same.body)")
            let list = try await gateway.curl("GET", ErasureHouse.erasures)
            #expect(list.body.contains("corp/\(ErasureHouse.name)"), "\(list.body)")
            #expect(try await gateway.confirm(proposed.id, as: "second").status == 200)
        }
        let data = FolderSearch(gateway.folder.appending(path: "data"))
        #expect(try data.holding(ErasureHouse.canaries) == [])
        #expect(
            try gateway.journal().contains {
                $0["type"]?.string == "intent" && $0["action"]?.string == "audit.erase"
                    && $0["detail"]?["erase"]?["step"]?.string == "confirm"
                    && $0["detail"]?["erase"]?["reason"]?.string == "letter 7"
            }, "the act of erasing stays")
    }

    /// Old copies of the stores bring nobody back.
    @Test func aCopyThatIsPutBackErasesAgain() async throws {
        let gateway = try house.gateway()
        let files = ["persons.sqlite", "credentials.sqlite", "registry.sqlite"]
        try await gateway.serving { gateway in
            try await gateway.makeOperator("second")
            _ = try await gateway.signOnPerson()
        }
        let copies = try files.map { try gateway.left.bytes("data/\($0)") }
        try await gateway.serving { gateway in
            let proposed = try await gateway.propose()
            #expect(try await gateway.confirm(proposed.id, as: "second").status == 200)
        }
        for (file, bytes) in zip(files, copies) {
            try gateway.left.write(bytes, to: "data/\(file)")
            try gateway.left.chmod("data/\(file)", 0o600)
        }
        let data = FolderSearch(gateway.folder.appending(path: "data"))
        #expect(try data.holding(ErasureHouse.canaries) != [])
        try await gateway.serving { _ in
            let found = try data.holding(ErasureHouse.canaries)
            #expect(found == [])
        }
        #expect(gateway.logText().contains("persons erased again because the log says so"))
    }
}
