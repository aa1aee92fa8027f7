import Foundation
import StrictJSON
import Support
import Testing

@testable import Gateway

/// Nobody is erased by one person's word, by their own, or in secret.
@Suite(.timeLimit(.minutes(10))) struct TwoOperatorTests {
    private let house = ErasureHouse()
    private static let mine = InProcessGateway.keys

    private func key(of session: OpenedSession, in gateway: InProcessGateway) async throws -> String
    {
        try MadeKey(
            await gateway.curl(
                "POST", Self.mine, body: #"{"scopes":["all"]}"#, headers: [session.bearer],
                at: gateway.peopleAddress)
        ).text
    }

    @Test func anotherOperatorConfirms() async throws {
        try await house.gateway().serving { gateway in
            try await gateway.makeOperator("second")
            _ = try await gateway.signOnPerson()
            let proposed = try await gateway.propose()
            #expect(proposed.status == 201, "\(proposed.body)")
            let same = try await gateway.confirm(proposed.id)
            #expect(same.status == 403 && same.body.contains("another operator"), "\(same.body)")
            let twice = try await gateway.propose(as: "second")
            #expect(twice.status == 409 && twice.body.contains(proposed.id), "\(twice.body)")
            #expect(try await gateway.confirm("e-1", as: "second").status == 404)
            let list = try await gateway.curl("GET", ErasureHouse.erasures, as: "second")
            #expect(list.body.contains("corp/\(ErasureHouse.name)"), "who confirms sees of whom")
            #expect(list.body.contains("operator/operator"), "\(list.body)")
            #expect(try await gateway.confirm(proposed.id, as: "second").status == 200)
            let again = try await gateway.confirm(proposed.id, as: "second")
            #expect(again.status == 404, "once: \(again.body)")
        }
    }

    /// The person, a key of theirs, and an operator's certificate that may be theirs.
    @Test func thePersonTakesNoPart() async throws {
        try await house.gateway().serving { gateway in
            for name in ["second", ErasureHouse.name] { try await gateway.makeOperator(name) }
            let own = try await gateway.signOnPerson()
            let key = try await key(of: own, in: gateway)
            func ask(_ path: String, _ body: String?, _ header: String) async throws -> CurlAnswer {
                try await gateway.curl(
                    "POST", path, body: body, headers: [header], at: gateway.peopleAddress)
            }
            let erasures = ErasureHouse.erasures
            let proposals = [
                try await ask(erasures, ErasureHouse.proposal(), own.bearer),
                try await ask(erasures, ErasureHouse.proposal(), "X-API-Key: \(key)"),
                try await gateway.propose(as: ErasureHouse.name),
            ]
            #expect(proposals.map(\.status) == [403, 403, 403], "\(proposals.map(\.body))")
            let proposed = try await gateway.propose()
            let confirmations = [
                try await ask("\(erasures)/\(proposed.id)/confirm", nil, own.bearer),
                try await ask("\(erasures)/\(proposed.id)/confirm", nil, "X-API-Key: \(key)"),
                try await gateway.confirm(proposed.id, as: ErasureHouse.name),
            ]
            #expect(confirmations.map(\.status) == [403, 403, 403], "\(confirmations.map(\.body))")
            #expect(try await gateway.ask(own.bearer).status == 200, "nothing has happened")
        }
    }

    /// One person by several names and credentials is one.
    @Test func onePersonIsNotTwoOperators() async throws {
        try await house.gateway().serving { gateway in
            for name in ["bob", "second"] { try await gateway.makeOperator(name) }
            _ = try await gateway.signOnPerson()
            let bob = try OpenedSession(await gateway.signOn("bob"))
            let key = try await key(of: bob, in: gateway)
            let proposed = try await gateway.curl(
                "POST", ErasureHouse.erasures, body: ErasureHouse.proposal(),
                headers: [bob.bearer], at: gateway.peopleAddress)
            #expect(proposed.status == 201, "\(proposed.body)")
            let path = "\(ErasureHouse.erasures)/\(proposed.id)/confirm"
            let other = try OpenedSession(await gateway.signOn("bob"))
            for header in [bob.bearer, other.bearer, "X-API-Key: \(key)"] {
                let answer = try await gateway.curl(
                    "POST", path, headers: [header], at: gateway.peopleAddress)
                #expect(answer.status == 403, "\(answer.body)")
            }
            #expect(try await gateway.confirm(proposed.id, as: "bob").status == 403)
            let carol = try OpenedSession(await gateway.signOn("carol"))
            let done = try await gateway.curl(
                "POST", path, headers: [carol.bearer], at: gateway.peopleAddress)
            #expect(done.status == 200, "\(done.body)")
        }
    }

    @Test func aProposalIsTakenBack() async throws {
        let gateway = try house.gateway()
        try await gateway.serving { gateway in
            try await gateway.makeOperator("second")
            _ = try await gateway.signOnPerson()
            let first = try await gateway.propose()
            let path = "\(ErasureHouse.erasures)/\(first.id)"
            #expect(try await gateway.curl("DELETE", path, as: "second").status == 204)
            #expect(try await gateway.curl("DELETE", path, as: "second").status == 404)
            #expect(try await gateway.confirm(first.id, as: "second").status == 404)
            let second = try await gateway.propose()
            #expect(second.status == 201, "\(second.body)")
        }
    }

    @Test func nothingThatWasTypedForANameIsRecorded() async throws {
        let gateway = try house.gateway()
        try await gateway.serving { gateway in
            _ = try await gateway.signOnPerson()
            let reasons = ["Herr canaria.person left", "CORP/CANARIA.PERSON", "canaria.person@x"]
            for reason in reasons {
                let answer = try await gateway.propose(ErasureHouse.proposal(reason: reason))
                #expect(answer.status == 422 && answer.body.contains("must not name"), "\(answer)")
            }
            for (user, status) in [
                ("corp/typed-canaria", 404), ("", 422), ("typed\\ncanaria", 422),
            ] {
                let answer = try await gateway.propose(ErasureHouse.proposal(user))
                #expect(answer.status == status, "\(answer.body)")
            }
            for body in [#"{"user":"x"}"#, #"{"user":1,"reason":"x"}"#, #"{"canaria":1}"#, "[]"] {
                let answer = try await gateway.propose(body)
                #expect(answer.status == 400, "\(answer.body)")
            }
        }
        let log = try JournalFiles(of: gateway.folder).records().joined()
        #expect(!log.contains("typed-canaria") && !log.lowercased().contains("canaria.person"))
    }

    /// By the machine's clock, which curl goes by, all certificates of a clock that starts days ago have to be good.
    private func early(
        _ change: @escaping (inout GatewayConfiguration) -> Void = { _ in }
    ) throws -> InProcessGateway {
        let clock = TestClock(nanoseconds: TestClock.start - 5 * 86_400_000_000_000)
        return try house.gateway(clock: clock) {
            $0.identity.serverTTLSeconds = 7 * 86_400
            change(&$0)
        }
    }

    @Test func aProposalIsGoodForThreeDays() async throws {
        try await early().serving { gateway in
            try await gateway.makeOperator("second")
            _ = try await gateway.signOnPerson()
            let first = try await gateway.propose()
            gateway.clock.advance(by: .seconds(3 * 86_400))
            let late = try await gateway.confirm(first.id, as: "second")
            #expect(late.status == 404, "\(late.body)")
            #expect(try await gateway.propose().status == 201)
        }
    }

    @Test func whoHasToBeKeptIsNotErased() async throws {
        try await early({ $0.audit.eraseAfterSeconds = 86_400 }).serving { gateway in
            _ = try await gateway.signOnPerson()
            let soon = try await gateway.propose()
            #expect(soon.status == 409 && soon.body.contains("audit.erase_after"), "\(soon.body)")
            gateway.clock.advance(by: .seconds(86_400))
            _ = try await gateway.signOnPerson()
            gateway.clock.advance(by: .seconds(86_400))
            let again = try await gateway.propose()
            #expect(again.status == 409, "from the last record on: \(again.body)")
            gateway.clock.advance(by: .seconds(86_400))
            let late = try await gateway.propose()
            #expect(late.status == 201, "\(late.body)")
        }
    }

    /// Neither is proposed nor confirmed what a court may ask for.
    @Test func nobodyIsErasedUnderALegalHold() async throws {
        let holds = "/api/maxine/audit/holds"
        let hold = #"{"name":"case-7","reason":"asked by the court"}"#
        try await ErasureHouse().gateway().serving { gateway in
            try await gateway.makeOperator("second")
            _ = try await gateway.signOnPerson()
            #expect(try await gateway.curl("POST", holds, body: hold).status == 201)
            let refused = try await gateway.propose()
            #expect(refused.status == 409 && refused.body.contains("case-7"), "\(refused.body)")
            #expect(try await gateway.curl("DELETE", holds + "/case-7").status == 204)
            let proposed = try await gateway.propose()
            #expect(proposed.status == 201, "\(proposed.body)")
            let id = try #require(proposed.json?["id"]?.string)
            #expect(try await gateway.curl("POST", holds, body: hold).status == 201)
            let kept = try await gateway.confirm(id, as: "second")
            #expect(kept.status == 409 && kept.body.contains("case-7"), "\(kept.body)")
            #expect(try await gateway.curl("DELETE", holds + "/case-7").status == 204)
            let done = try await gateway.confirm(id, as: "second")
            #expect(done.status == 200, "\(done.body)")
        }
    }
}
