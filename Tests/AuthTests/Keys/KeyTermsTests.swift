import Auth
import Policy
import Testing

/// What holds for a key beside its secret: when, how often and until when after a rotation.
@Suite(.timeLimit(.minutes(10))) struct KeyTermsTests {
    private static let now = KeyRingFixture.now
    private static let second = KeyRingFixture.second

    @Test func theLastSecretIsGoodForTheGraceAndNoLongerThanThereMayBe() async throws {
        let fixture = try KeyRingFixture()
        let made = try await fixture.create(seconds: 366 * 86_400).get()
        let next = try await fixture.rotate(made.key.id, graceSeconds: 60).get()
        #expect(fixture.judge(made.whole.bytes, at: Self.now + 59 * Self.second) == "ok")
        #expect(fixture.judge(made.whole.bytes, at: Self.now + 60 * Self.second) == "key_rotated")
        #expect(fixture.judge(next.whole.bytes, at: Self.now + 60 * Self.second) == "ok")
        let answer = fixture.ring.authenticate(
            .apiKey(RawToken(made.whole.bytes)), nowNanoseconds: Self.now)
        guard case .principal(_, let until, _, _, _) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(until == Self.now + 60 * Self.second, "it is remembered until then")
        let other = try await fixture.create(seconds: 366 * 86_400).get()
        let long = try await fixture.rotate(other.key.id, graceSeconds: .max).get()
        let most = Int64(AuthLimits.graceSecondsMax) * Self.second
        #expect(long.key.graceEndsNanoseconds == Self.now + most)
    }

    @Test func whatHasEndedIsNotRotated() async throws {
        let fixture = try KeyRingFixture()
        let expired = try await fixture.create(seconds: 60).get()
        let late = try await fixture.rotate(
            expired.key.id, graceSeconds: 0, at: Self.now + 60 * Self.second)
        #expect(late.refusal == .over)
        let revoked = try await fixture.create().get()
        _ = try await fixture.revoke(revoked.key.id).get()
        let again = try await fixture.rotate(revoked.key.id, graceSeconds: 0)
        #expect(again.refusal == .over)
    }

    /// Whoever may rotate keys may still not have another one's secret.
    @Test func nobodyButTheOwnerGetsANewSecret() async throws {
        let fixture = try KeyRingFixture()
        for other in [
            Principal(kind: .user, id: "Tester", authentication: .session),
            Principal(kind: .operator, id: "tester", authentication: .mtls),
        ] {
            let made = try await fixture.create(owner: other).get()
            let refused = try await fixture.rotate(made.key.id, graceSeconds: 0)
            #expect(refused.refusal == .notTheOwner)
            #expect(fixture.judge(made.whole.bytes) == "ok")
        }
    }

    /// A new secret is no new quota, and no new last use.
    @Test func theCountsGoOnWhenAKeyIsRotated() async throws {
        let fixture = try KeyRingFixture()
        let made = try await fixture.create { $0.perMinute = 2 }.get()
        for _ in 0..<2 { #expect(try fixture.use(made, at: Self.now) == nil) }
        let next = try await fixture.rotate(made.key.id, graceSeconds: 60).get()
        #expect(try fixture.use(next, at: Self.now + Self.second) == 59)
        #expect(try fixture.use(made, at: Self.now + Self.second) == 59)
        #expect(try fixture.used(made.key.id) == Self.now)
    }

    @Test func aRequestThatIsOneTooManyIsNoUse() async throws {
        let fixture = try KeyRingFixture()
        let made = try await fixture.create { $0.perMinute = 1 }.get()
        #expect(try fixture.use(made, at: Self.now) == nil)
        #expect(try fixture.use(made, at: Self.now + 30 * Self.second) == 30)
        #expect(try fixture.used(made.key.id) == Self.now)
    }

    @Test func aClockThatIsSetBackIsTakenAtItsWord() async throws {
        let fixture = try KeyRingFixture()
        let made = try await fixture.create(seconds: 3_600).get()
        for now in [Self.now + 100 * Self.second, Self.now + 50 * Self.second] {
            #expect(try fixture.use(made, at: now) == nil)
            #expect(try fixture.used(made.key.id) == now, "as the clock says it")
        }
    }

    /// A range that can't be read is not taken for none.
    @Test func aKeyWhoseRangeCantBeReadIsNoKey() async throws {
        let fixture = try KeyRingFixture()
        let made = try await fixture.create { $0.ranges = ["10.0.0.0/99"] }.get()
        #expect(fixture.judge(made.whole.bytes) == "key_unreadable")
    }

    @Test func aKeyBeginsWhenItIsTo() async throws {
        let fixture = try KeyRingFixture()
        let made = try await fixture.create {
            $0.startsNanoseconds = Self.now + 10 * Self.second
        }.get()
        let early = fixture.judge(made.whole.bytes, at: Self.now + 10 * Self.second - 1)
        #expect(early == "key_not_yet_valid")
        #expect(fixture.judge(made.whole.bytes, at: Self.now + 10 * Self.second) == "ok")
        let past = try await fixture.create { $0.startsNanoseconds = Self.now - 61 * Self.second }
        #expect(past.refusal == .impossibleTimes, "it would have ended already")
    }
}
