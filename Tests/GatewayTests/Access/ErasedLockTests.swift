import Foundation
import Gateway
import GRDB
import Support
import Testing

/// A person who is erased from the log stays locked: nobody gets rid of a lock by being forgotten.
@Suite(.timeLimit(.minutes(10))) struct ErasedLockTests {
    let house: AccessFixture

    init() throws { house = try AccessFixture() }

    /// Takes all persons' keys away, as erasing each would, while no gateway runs.
    private func erase(in gateway: InProcessGateway, andLocks: Bool = false) throws {
        let database = try DatabaseQueue(path: gateway.folder.path + "/data/persons.sqlite")
        try database.write { database in
            try database.execute(sql: "DELETE FROM persons")
            if andLocks { try database.execute(sql: "DELETE FROM locks") }
        }
        try database.close()
    }

    private func locks(in gateway: InProcessGateway) throws -> Int {
        let database = try DatabaseQueue(path: gateway.folder.path + "/data/persons.sqlite")
        defer { try? database.close() }
        return try database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM locks") ?? -1 }
    }

    @Test func anErasedPersonsLockHoldsUntilItIsTakenAway() async throws {
        let gateway = try house.gateway()
        let ids = try await gateway.serving { gateway in
            let ids = [
                try await gateway.lock("user", "idp/alice").id,
                try await gateway.lock("user", "Bob").id,
            ]
            #expect(try await gateway.lock("user", "idp/carol").status == 201)
            return ids
        }
        #expect(try locks(in: gateway) == 3)
        try erase(in: gateway)
        try await gateway.serving { gateway in
            func status(_ user: String, from provider: String = "idp") async throws -> Int {
                try await gateway.bear(house.token(gateway, user, from: provider)).status
            }
            #expect(try await status("alice") == 401)
            #expect(try await status("alice", from: "ci") == 200, "only that provider's")
            #expect(try await status("BOB", from: "ci") == 401, "in every spelling, of each")
            #expect(try await status("dora") == 200)
            let list = try await gateway.curl("GET", AccessFixture.locks)
            #expect(list.body.contains(#""target":{"user":null},"reason":null"#), "\(list.body)")
            #expect(!list.body.contains("alice"))
            for id in ids { #expect(try await gateway.unlock(id).status == 204) }
            #expect(try await status("alice") == 200)
            #expect(try await status("carol") == 401)
        }
        #expect(try locks(in: gateway) == 1, "nothing is kept of locks that are gone")
        try await gateway.serving { gateway in
            let answer = try await gateway.bear(house.token(gateway, "carol"))
            #expect(answer.status == 401)
        }
    }

    @Test func aLockThatEndsByItselfLeavesNothing() async throws {
        let gateway = try house.gateway()
        try await gateway.serving { gateway in
            let made = try await gateway.lock("user", "alice", more: #","ttlSeconds":60"#)
            #expect(made.status == 201)
            gateway.clock.advance(by: .seconds(60))
            try await gateway.tick(.locks)
        }
        #expect(try locks(in: gateway) == 0)
    }

    /// A crash between the end of a lock and the end of what is kept of its name.
    @Test func whatIsLeftOfALockThatIsGoneIsForgotten() async throws {
        let gateway = try house.gateway()
        let made = try await gateway.serving { try await $0.lock("user", "idp/alice") }
        #expect(made.status == 201)
        let database = try DatabaseQueue(path: gateway.folder.path + "/data/persons.sqlite")
        try await database.write {
            try $0.execute(sql: "INSERT INTO locks SELECT 'l-0', name FROM locks")
        }
        try database.close()
        #expect(try locks(in: gateway) == 2)
        try await gateway.serving { _ in }
        #expect(try locks(in: gateway) == 1)
    }

    /// A folder of an earlier version, whose locks are in the log alone; and one whose file was lost.
    @Test func whatIsMissingIsBroughtUpOrSaid() async throws {
        let gateway = try house.gateway()
        let id = try await gateway.serving { try await $0.lock("user", "idp/alice").id }
        let database = try DatabaseQueue(path: gateway.folder.path + "/data/persons.sqlite")
        try await database.write { try $0.execute(sql: "DELETE FROM locks") }
        try database.close()
        try await gateway.serving { _ in }
        #expect(try locks(in: gateway) == 1)
        try erase(in: gateway)
        try await gateway.serving { gateway in
            let answer = try await gateway.bear(house.token(gateway, "alice"))
            #expect(answer.status == 401)
        }
        try erase(in: gateway, andLocks: true)
        try await gateway.serving { _ in }
        #expect(gateway.logText().contains("which catch nobody"))
        #expect(gateway.logText().contains(id))
    }
}
