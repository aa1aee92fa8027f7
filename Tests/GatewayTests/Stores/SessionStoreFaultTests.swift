import Auth
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// The store of sessions can't be written: what would open one opens none, what ends one ends it, and a start finds all as it was told.
@Suite(.timeLimit(.minutes(10))) struct SessionStoreFaultTests {
    private static let sessions = InProcessGateway.auth + "sessions"
    private let people: SessionFixture

    init() throws { people = try SessionFixture() }

    /// 503 that says what is wrong, and an outcome in the log that says so, too.
    private func expectUnavailable(
        _ answer: CurlAnswer, at gateway: InProcessGateway, _ comment: Comment? = nil
    ) async throws {
        #expect(answer.status == 503, comment)
        #expect(answer.headers["retry-after"] == "5")
        #expect(answer.body.contains("problem:credentials-unavailable"), "\(answer.body)")
        #expect(answer.body.contains("credential store: can't write: another process uses"))
        #expect(!answer.body.contains("mxs_") && !answer.body.contains("mxb_"))
        let intent = answer.sequence
        let outcome = try await gateway.awaitRecord {
            $0["type"]?.string == "outcome" && $0["detail"]?["intent"]?.integer == intent
        }
        #expect(outcome?["status"]?.integer == 503, "\(comment?.description ?? "")")
        #expect(outcome?["reason"]?.string?.contains("credentials-unavailable") == true)
    }

    private func count(_ gateway: InProcessGateway) async throws -> Int {
        let list = try await gateway.curl("GET", Self.sessions + "?all=true").json
        guard case .array(let sessions)? = list?["sessions"] else { return -1 }
        return sessions.count
    }

    @Test func noSessionIsOpenedThatIsNotOnDisk() async throws {
        let gateway = try people.gateway()
        let kept = try await gateway.serving { gateway in
            let kept = try await people.login(gateway)
            try await gateway.withoutWriting {
                let bearer = "authorization: Bearer \(people.token(gateway))"
                let person = try await gateway.post("login", headers: [bearer])
                try await expectUnavailable(person, at: gateway)
                #expect(person.headers["set-cookie"] == nil)
                let certificate = try await gateway.curl(
                    "POST", InProcessGateway.auth + "login")
                try await expectUnavailable(certificate, at: gateway)
                #expect(try await count(gateway) == 1)
                #expect(try await gateway.ask(kept.bearer).status == 200, "others go on")
            }
            _ = try await people.login(gateway)
            #expect(try await count(gateway) == 2)
            return kept
        }
        try await gateway.serving { gateway in
            let good = try await gateway.ask(kept.bearer)
            #expect(good.status == 200)
            #expect(try await count(gateway) == 2)
        }
    }

    /// A further session ends the oldest in the same write, or neither is done.
    @Test func theOldestMakesRoomForNothingThatIsNotOnDisk() async throws {
        try await people.gateway { $0.sessions.perHolderMax = 1 }.serving { gateway in
            let first = try await people.login(gateway)
            try await gateway.withoutWriting {
                let bearer = "authorization: Bearer \(people.token(gateway))"
                let refused = try await gateway.post("login", headers: [bearer])
                try await expectUnavailable(refused, at: gateway)
            }
            #expect(try await gateway.ask(first.bearer).status == 200)
        }
    }

    @Test func whatEndsSessionsEndsThemAllTheSame() async throws {
        let gateway = try people.gateway(outside: WatchQuietly.parts)
        let (sessions, crashed) = try await gateway.serving { gateway in
            var sessions: [OpenedSession] = []
            for user in ["alice", "bob", "carol", "carol"] {
                sessions.append(try await people.login(gateway, user))
            }
            let open = try await OpenConnections.open(
                by: sessions[0].bearer, at: gateway.peopleAddress, of: gateway)
            let crashed = try await gateway.withoutWriting {
                let off = try await gateway.post("logout", headers: [sessions[0].bearer])
                try await expectUnavailable(off, at: gateway, "signed off")
                let one = try await gateway.curl("DELETE", "\(Self.sessions)/\(sessions[1].id)")
                try await expectUnavailable(one, at: gateway, "ended")
                let all = try await gateway.curl("DELETE", "\(Self.sessions)?holder=idp/carol")
                try await expectUnavailable(all, at: gateway, "all ended")
                for session in sessions {
                    let refused = try await gateway.ask(session.bearer)
                    #expect(refused.status == 401)
                }
                let left = try await open.left(after: 1)
                #expect(left == [])
                open.close()
                #expect(try await count(gateway) == 0)
                return try gateway.asAfterACrash()
            }
            return (sessions, crashed)
        }
        // One that crashed meanwhile does it from the log, one that went on has done it.
        for next in [crashed, gateway] {
            try await next.serving { gateway in
                for session in sessions {
                    let refused = try await gateway.ask(session.bearer)
                    #expect(refused.status == 401)
                }
                #expect(try await count(gateway) == 0)
            }
        }
    }

    @Test func theSweepTriesAgain() async throws {
        let gateway = try people.gateway { $0.sessions.idleSeconds = 600 }
        gateway.clock.setWall(by: .seconds(-3600))
        let used = try await gateway.serving { gateway in
            let over = try await people.login(gateway, "bob")
            let used = try await people.login(gateway)
            gateway.clock.advance(by: .seconds(400))
            #expect(try await gateway.ask(used.bearer).status == 200)
            gateway.clock.advance(by: .seconds(200))
            try await gateway.withoutWriting {
                try await gateway.tick(.sessions)
                #expect(gateway.logText().contains("sessions are not stored: credential store"))
                #expect(try await gateway.ask(over.bearer).status == 401)
            }
            try await gateway.tick(.sessions)
            return (used, try gateway.asAfterACrash())
        }
        gateway.clock.advance(by: .seconds(399))
        try await used.1.serving { gateway in
            let good = try await gateway.ask(used.0.bearer)
            #expect(good.status == 200, "its last use is on disk")
            #expect(try await count(gateway) == 1)
        }
    }

    @Test func theFirstPersonsTokenIsSpentWithWhatItBuysOrNotAtAll() async throws {
        try await InProcessGateway().serving { gateway in
            let file = gateway.folder.appending(path: "certs/bootstrap.token")
            let token = try String(contentsOf: file, encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let body = #"{"token":"\#(token)"}"#
            try await gateway.withoutWriting {
                let refused = try await gateway.post("bootstrap", body)
                try await expectUnavailable(refused, at: gateway)
                #expect(FileManager.default.fileExists(atPath: file.path))
            }
            let opened = try OpenedSession(await gateway.post("bootstrap", body))
            #expect(try await gateway.post("bootstrap", body).status == 401)
            let reset = try await gateway.withoutWriting {
                let reset = try await gateway.curl("DELETE", InProcessGateway.auth + "bootstrap")
                try await expectUnavailable(reset, at: gateway)
                #expect(try await gateway.ask(opened.bearer).status == 401, "void all the same")
                return try gateway.asAfterACrash()
            }
            try await reset.serving { next in
                let refused = try await next.ask(opened.bearer)
                #expect(refused.status == 401)
            }
            let again = try await gateway.curl("DELETE", InProcessGateway.auth + "bootstrap")
            #expect(again.status == 200)
        }
    }
}
