import Gateway
import StrictJSON
import Support
import Testing

/// What changes at a provider reaches the sessions that it vouched for, open streams included.
@Suite(.timeLimit(.minutes(10))) struct ConfirmationTests {
    private let house = DirectoryFixture()
    private let interval = Duration.seconds(300)

    @Test func whoIsRemovedLosesTheSessionAndWhatIsOpen() async throws {
        let gateway = try house.gateway()
        house.directory.set("bob", .init())
        let id = try await gateway.serving { gateway in
            let alice = try OpenedSession(await gateway.signOn())
            let bob = try OpenedSession(await gateway.signOn("bob"))
            let open = try await OpenConnections.open(
                by: alice.cookie, at: gateway.peopleAddress, of: gateway)
            try await gateway.tick(.confirmations)
            house.directory.set("alice", nil)
            gateway.clock.advance(by: interval - .seconds(1))
            try await gateway.tick(.confirmations)
            #expect(try await gateway.ask(alice.cookie).status == 200, "not due yet")
            gateway.clock.advance(by: .seconds(1))
            try await gateway.tick(.confirmations)
            #expect(try await gateway.ask(alice.cookie).status == 401)
            try await gateway.tick(.streams)
            #expect(try await open.left(after: 1) == [])
            open.close()
            #expect(try await gateway.ask(bob.cookie).status == 200)
            try await gateway.tick(.confirmations)
            #expect(house.directory.forgotten.contains(alice.id))
            return alice.id
        }
        let end = try gateway.journal().last { $0["action"]?.string == "session.end" }
        #expect(end?["reason"]?.string?.hasPrefix("gone: ") == true)
        #expect(end?["detail"]?["sessions"] == .array([.string(id)]))
    }

    /// A session speaks for one name, which locks and policies know; nobody becomes another in it.
    @Test func whoIsCalledOtherwiseLosesTheSession() async throws {
        let gateway = try house.gateway()
        try await gateway.serving { gateway in
            let alice = try OpenedSession(await gateway.signOn())
            try await gateway.tick(.confirmations)
            house.directory.rename("alice", to: "admin")
            gateway.clock.advance(by: interval)
            try await gateway.tick(.confirmations)
            #expect(try await gateway.ask(alice.cookie).status == 401)
        }
        let end = try gateway.journal().last { $0["action"]?.string == "session.end" }
        #expect(end?["reason"]?.string?.hasPrefix("name_changed: ") == true)
    }

    @Test func newGroupsCountAndOldOnesNoMore() async throws {
        let gateway = try house.gateway()
        let session = try await gateway.serving { gateway in
            let alice = try OpenedSession(await gateway.signOn())
            try await gateway.tick(.confirmations)
            let open = try await OpenConnections.open(
                by: alice.cookie, at: gateway.peopleAddress, of: gateway)
            house.directory.set("alice", .init(groups: ["staff"], roles: ["auditor", "admin"]))
            gateway.clock.advance(by: interval)
            try await gateway.tick(.confirmations)
            try await gateway.tick(.streams)
            #expect(try await open.left(after: 1) == [], "judged by the groups that were")
            open.close()
            let who = try await gateway.ask(alice.cookie, path: "/api/maxine/auth/whoami")
            #expect(who.status == 200)
            #expect(!who.body.contains("viewer"), "\(who.body)")
            #expect(who.body.contains("auditor") && !who.body.contains("admin"), "\(who.body)")
            return alice
        }
        let change = try gateway.journal().last { $0["action"]?.string == "session.confirm" }
        #expect(
            change?["detail"]?["added"] == .array([.string("role auditor"), .string("staff")]))
        #expect(change?["detail"]?["removed"] == .array([.string("ops")]))
        house.directory.setAway(true)
        try await house.gateway(on: gateway).serving { gateway in
            let who = try await gateway.ask(session.cookie, path: "/api/maxine/auth/whoami")
            #expect(who.status == 200 && !who.body.contains("viewer"), "stored: \(who.body)")
        }
    }

    @Test func aProviderThatIsAwayIsWaitedForAnHour() async throws {
        try await house.gateway().serving { gateway in
            let alice = try OpenedSession(await gateway.signOn())
            try await gateway.tick(.confirmations)
            house.directory.setAway(true)
            for _ in 0..<11 {
                gateway.clock.advance(by: interval)
                try await gateway.tick(.confirmations)
                #expect(try await gateway.ask(alice.cookie).status == 200)
            }
            gateway.clock.advance(by: interval)
            try await gateway.tick(.confirmations)
            #expect(try await gateway.ask(alice.cookie).status == 401)
        }
    }

    @Test func aStartAsksAboutAllThatAreLeft() async throws {
        let gateway = try house.gateway()
        let alice = try await gateway.serving { gateway in
            try OpenedSession(await gateway.signOn())
        }
        house.directory.set("alice", nil)
        try await house.gateway(on: gateway).serving { gateway in
            try await gateway.tick(.confirmations)
            #expect(try await gateway.ask(alice.cookie).status == 401)
        }
    }

    /// Neither what another directory of the same name says counts for it, nor what a copy of the store brings back.
    @Test func sessionsAreOfTheProviderThatVouchedAndOfNoOther() async throws {
        let gateway = try house.gateway()
        let alice = try await gateway.serving { gateway in
            try OpenedSession(await gateway.signOn())
        }
        let other = DirectoryFixture(TestDirectory(authority: "ldaps://elsewhere dc=example"))
        try await other.gateway(on: gateway).serving { gateway in
            #expect(try await gateway.ask(alice.cookie).status == 401)
            try await gateway.tick(.confirmations)
            #expect(other.directory.confirmations == 0)
        }
        try await house.gateway(on: gateway).serving { gateway in
            let answer = try await gateway.ask(alice.cookie)
            #expect(answer.status == 200)
        }
    }

    @Test func whatTheLogSaysHasEndedHasEndedAlsoByAnOlderStore() async throws {
        let gateway = try house.gateway()
        let (alice, old) = try await gateway.serving { gateway in
            let alice = try OpenedSession(await gateway.signOn())
            try await gateway.tick(.confirmations)
            let old = try gateway.asAfterACrash()
            house.directory.set("alice", nil)
            gateway.clock.advance(by: interval)
            try await gateway.tick(.confirmations)
            #expect(try await gateway.ask(alice.cookie).status == 401)
            return (alice, old)
        }
        for suffix in ["", "-wal"] {
            let name = "data/credentials.sqlite" + suffix
            if let bytes = try? old.left.bytes(name) { try gateway.left.write(bytes, to: name) }
        }
        house.directory.set("alice", TestDirectory.Entry())
        try await house.gateway(on: gateway).serving { gateway in
            let answer = try await gateway.ask(alice.cookie)
            #expect(answer.status == 401)
        }
    }
}
