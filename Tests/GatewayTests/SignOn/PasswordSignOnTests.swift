import Auth
import Gateway
import StrictJSON
import Support
import Testing

/// A name and a password become a session by the word of a provider, and the log says who tried and what came of it.
@Suite(.timeLimit(.minutes(10))) struct PasswordSignOnTests {
    private let house = DirectoryFixture()

    @Test func aPersonSignsOnAndIsWhoTheDirectorySays() async throws {
        let gateway = try house.gateway()
        try await gateway.serving { gateway in
            let opened = try OpenedSession(await gateway.signOn("Alice"))
            #expect(opened.answer.status == 201)
            #expect(
                opened.answer.body.contains(
                    #""id":"corp/alice"},"method":"ldap","provider":"corp""#))
            #expect(opened.answer.headers["set-cookie"]?.hasPrefix("__Host-maxine=") == true)
            let who = try await gateway.ask(opened.cookie, path: "/api/maxine/auth/whoami")
            #expect(
                who.body.contains(#""corp/alice""#) && who.body.contains("viewer"), "\(who.body)")
            #expect(try await gateway.ask(opened.cookie).status == 200)
        }
        let outcome = try await gateway.awaitRecord {
            $0["action"]?.string == "session.create" && $0["type"]?.string == "outcome"
        }
        #expect(outcome?["status"]?.integer == 201)
        #expect(outcome?["detail"]?["provider"]?.string == "corp")
        let sealed = outcome?["detail"]?["holder"]
        #expect(sealed?["pseudonym"]?.string?.hasPrefix("p-") == true, "\(outcome ?? .null)")
        let log = try gateway.journal().map { "\($0)" }.joined()
        #expect(!log.contains("alice") && !log.contains("right\""), "neither name nor password")
    }

    @Test func whoIsRefusedReadsTheSameWhateverIsWrong() async throws {
        let gateway = try house.gateway()
        house.directory.set("visitor", .init(groups: ["visitors"]))
        let long = String(repeating: "x", count: 10_000)
        try await gateway.serving { gateway in
            var bodies: Set<String> = []
            let tries = [
                ("alice", "wrong", "password_wrong"), ("nobody", "right", "unknown"),
                ("bob", "", "password_empty"), ("bell\u{7}", "right", "name_malformed"),
                ("nul\u{0}", "right", "name_malformed"), (long, "right", "name_malformed"),
                ("carol", long, "password_too_long"), ("", "right", "name_malformed"),
            ]
            for (user, password, code) in tries {
                let answer = try await gateway.signOn(user, password)
                #expect(answer.status == 401, "\(code): \(answer.body)")
                #expect(answer.headers["set-cookie"] == nil)
                bodies.insert(answer.body.replacing(/record \d+|"audit":\d+/, with: ""))
                let outcome = try await gateway.awaitRecord {
                    $0["type"]?.string == "outcome"
                        && $0["reason"]?.string?.contains(code) == true
                }
                #expect(outcome?["status"]?.integer == 401, "\(code)")
            }
            #expect(bodies.count == 1, "\(bodies)")
            #expect(house.directory.signOns == 2, "what is no name or password is not asked about")
        }
    }

    @Test func policyIsAskedAboutThePersonOnceTheyAreKnown() async throws {
        house.directory.set("visitor", .init(groups: ["visitors"]))
        try await house.gateway().serving { gateway in
            let visitor = try await gateway.signOn("visitor")
            #expect(visitor.status == 403)
            #expect(visitor.body.contains("no-visitors"), "\(visitor.body)")
            #expect(visitor.headers["set-cookie"] == nil)
            let lock = try await gateway.lock("user", "corp/alice")
            #expect(lock.status == 201, "\(lock.body)")
            let locked = try await gateway.signOn()
            let wrong = try await gateway.signOn("alice", "wrong")
            #expect(locked.status == 401)
            #expect(
                locked.body.replacing(/"audit":\d+/, with: "")
                    == wrong.body.replacing(/"audit":\d+/, with: ""))
        }
    }

    /// Groups that nobody has judged yet might be denied something: better nobody than somebody without them.
    @Test func whoIsInTooManyGroupsIsNotLetIn() async throws {
        let most = (0..<SignOnLimits.groupsMax).map { "group-\($0)" }
        house.directory.set("few", .init(groups: most))
        house.directory.set("many", .init(groups: most + ["visitors"]))
        let gateway = try house.gateway()
        try await gateway.serving { gateway in
            let (few, many) = (try await gateway.signOn("few"), try await gateway.signOn("many"))
            #expect(few.status == 201 && many.status == 401)
        }
        let outcome = try gateway.journal().last {
            $0["action"]?.string == "session.create" && $0["type"]?.string == "outcome"
        }
        #expect(outcome?["reason"]?.string?.contains("too_many_groups") == true)
    }

    /// Strangers' names are as private as persons', and a password that somebody types for a name is one, too.
    @Test func whatWasTypedForANameIsInNoRecord() async throws {
        let gateway = try house.gateway()
        try await gateway.serving { gateway in
            for _ in 0..<2 {
                let answer = try await gateway.signOn("hunter2-typed")
                #expect(answer.status == 401)
            }
        }
        let intents = try gateway.journal().filter {
            $0["action"]?.string == "session.create" && $0["type"]?.string == "intent"
        }
        let words = intents.compactMap { $0["detail"]?["claims"]?.string }
        #expect(words.count == 2 && Set(words).count == 1, "the same word for the same name")
        #expect(try !gateway.journal().map { "\($0)" }.joined().contains("hunter2"))
    }

    @Test func whereSeveralTakePasswordsOneIsNamed() async throws {
        var outside = WatchQuietly.parts
        outside.providers = [TestDirectory(), TestDirectory(name: "lab", authority: "ldaps://lab")]
        let gateway = try InProcessGateway(policy: DirectoryFixture.policy, outside: outside)
        try await gateway.serving { gateway in
            let answer = try await gateway.signOn()
            #expect(answer.status == 422, "\(answer.body)")
            #expect(answer.body.contains("corp, lab"), "\(answer.body)")
            let named = try await gateway.post(
                "login", #"{"provider":"lab","user":"alice","password":"right"}"#)
            #expect(named.status == 201 && named.body.contains("lab/alice"), "\(named.body)")
        }
    }

    /// The time does not tell whose password was right, nor which names there are.
    @Test func whoIsRefusedWaitsForTheAnswer() async throws {
        let house = DirectoryFixture(TestDirectory(pace: RefusalPace()))
        try await house.gateway().serving { gateway in
            let lock = try await gateway.lock("user", "corp/alice")
            #expect(lock.status == 201, "\(lock.body)")
            for (user, password) in [("alice", "right"), ("alice", "wrong"), ("bob", "right")] {
                let begin = ContinuousClock.now
                #expect(try await gateway.signOn(user, password).status == 401)
                #expect(.now - begin >= .nanoseconds(SignOnLimits.refusalStepNanoseconds))
            }
        }
    }

    @Test func aProviderThatIsAwayIsNobodysFailure() async throws {
        house.directory.setAway(true)
        try await house.gateway().serving { gateway in
            for _ in 0..<6 {
                let answer = try await gateway.signOn()
                #expect(answer.status == 503, "never 429: \(answer.body)")
                #expect(answer.headers["retry-after"] == "5")
                #expect(!answer.body.contains("away"), "why is for the record: \(answer.body)")
            }
            house.directory.setAway(false)
            #expect(try await gateway.signOn().status == 201)
        }
    }

    @Test func spellingsOfANameAreOneAccount() async throws {
        try await house.gateway().serving { gateway in
            for spelling in ["alice", "ALICE", #"CORP\alice"#] {
                let answer = try await gateway.signOn(spelling, "wrong")
                #expect(answer.status == 401)
            }
            let fourth = try await gateway.signOn("alice@corp.example", "wrong")
            #expect(fourth.status == 429)
        }
    }

    @Test func aPasswordComesAloneAndToThePeopleListener() async throws {
        try await house.gateway().serving { gateway in
            let session = try OpenedSession(await gateway.signOn())
            let both = try await gateway.post(
                "login", DirectoryFixture.body(), headers: [session.bearer])
            #expect(both.status == 400, "\(both.body)")
            let service = try await gateway.curl(
                "POST", "/api/maxine/auth/login", body: DirectoryFixture.body())
            #expect(service.status == 422, "\(service.body)")
            for (body, place) in [
                (#"{"user":"alice"}"#, "$.password: missing"),
                (#"{"password":"right"}"#, "$.user: missing"),
                (#"{"user":1,"password":"right"}"#, "$.user: expected a string"),
                (#"{"user":"alice","password":"right","x":1}"#, "$.x: unknown member"),
            ] {
                let answer = try await gateway.post("login", body)
                #expect(answer.status == 400 && answer.body.contains(place), "\(answer.body)")
                #expect(!answer.body.contains("right"))
            }
            let other = try await gateway.post(
                "login", #"{"provider":"other","user":"alice","password":"right"}"#)
            #expect(other.status == 422 && other.body.contains("corp"), "\(other.body)")
        }
    }
}
