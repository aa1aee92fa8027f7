import Audit
@testable import Auth
import Policy
import ProofSupport
import Testing

/// The ring by itself: judged from memory, on disk before anybody hears of it, bounded.
@Suite(.timeLimit(.minutes(10))) struct APIKeyRingTests {
    private static let now = KeyRingFixture.now

    @Test func whatHasNoRightChecksumIsNotLookedFor() async throws {
        let fixture = try KeyRingFixture()
        let made = try await fixture.create().get()
        let before = fixture.ring.lookupCount
        var bad = made.whole.bytes
        bad[20] = bad[20] == 0x41 ? 0x42 : 0x41
        for _ in 0..<100 { #expect(fixture.judge(bad) == "key_malformed") }
        #expect(fixture.ring.lookupCount == before)
        #expect(fixture.judge(made.whole.bytes) == "ok")
        #expect(fixture.ring.lookupCount == before + 1)
    }

    @Test func anUnknownKeyTakesAsLongAsAWrongOne() async throws {
        let fixture = try KeyRingFixture()
        let made = try await fixture.create().get()
        let wrong = APIKeyText(newSecretOf: made.key.id).bytes
        let unknown = APIKeyText(newSecretOf: "zzzzzzzz").bytes
        #expect(fixture.judge(wrong) == "key_wrong_secret")
        #expect(fixture.judge(unknown) == "key_unknown")
        var times: (wrong: [Duration], unknown: [Duration]) = ([], [])
        let clock = ContinuousClock()
        // Taken in turns, so that whatever else the machine does is in both.
        for _ in 0..<2_000 {
            times.wrong.append(clock.measure { _ = fixture.judge(wrong) })
            times.unknown.append(clock.measure { _ = fixture.judge(unknown) })
        }
        let medians = (times.wrong.sorted()[1_000], times.unknown.sorted()[1_000])
        let ratio = medians.0 / medians.1
        #expect((0.75...1.33).contains(ratio), "\(medians)")
    }

    @Test func anOwnerHasABoundedNumberOfLiveKeys() async throws {
        let fixture = try KeyRingFixture(APIKeyBounds(keysMax: 100, perOwnerMax: 3))
        let first = try await fixture.create().get()
        for _ in 0..<2 { _ = try await fixture.create().get() }
        let over = try await fixture.create()
        #expect(over.refusal == .tooManyOfOwner)
        _ = try await fixture.revoke(first.key.id).get()
        _ = try await fixture.create().get()
        let later = try await fixture.create(at: Self.now + 60_000_000_000)
        #expect(later.refusal == nil, "expired ones do not count")
    }

    /// The hour that says no has the minute give back what it took for the request.
    @Test func whatTheHourRefusesIsNotCountedForTheMinute() async throws {
        let fixture = try KeyRingFixture()
        let made = try await fixture.create(seconds: 86_400) {
            $0.perMinute = 2
            $0.perHour = 1
        }.get()
        let second: Int64 = 1_000_000_000
        #expect(try fixture.use(made, at: Self.now) == nil)
        for _ in 0..<10 {
            #expect(try fixture.use(made, at: Self.now + 3_590 * second) == 10)
        }
        #expect(try fixture.use(made, at: Self.now + 3_600 * second) == nil)
    }

    @Test(arguments: [nil, 10])
    func aKeySaysInItsLastQuarterWhenItEnds(quota: Int?) async throws {
        let fixture = try KeyRingFixture()
        let made = try await fixture.create(seconds: 100) { $0.perMinute = quota }.get()
        let second: Int64 = 1_000_000_000
        #expect(try fixture.reading(made, at: Self.now + 74 * second)?.endField == nil)
        let soon = try fixture.reading(made, at: Self.now + 75 * second)
        #expect(soon?.endField == "2027-01-15T08:01:40Z")
        #expect(soon?.policyField.isEmpty == (quota == nil))
    }

    @Test func aKeyLivesAsLongAsIsConfiguredAndNoLonger() async throws {
        let fixture = try KeyRingFixture(APIKeyBounds(secondsMax: 3_600))
        let refused = try await fixture.create(seconds: 3_601)
        #expect(refused.refusal == .tooLong(mostSeconds: 3_600))
        let made = try await fixture.create(seconds: nil).get()
        #expect(made.key.endsNanoseconds == Self.now + 3_600 * 1_000_000_000)
    }

    @Test func ofTooManyKeysTheOneThatEndedFirstIsForgotten() async throws {
        let fixture = try KeyRingFixture(APIKeyBounds(keysMax: 3, perOwnerMax: 100))
        var made: [MintedAPIKey] = []
        for seconds in [30, 10, 60] {
            made.append(try await fixture.create(seconds: seconds).get())
        }
        #expect(try await fixture.create().refusal == .full)
        let later = Self.now + 40_000_000_000
        let fourth = try await fixture.create(at: later).get()
        #expect(fixture.judge(made[1].whole.bytes, at: later) == "key_unknown")
        #expect(fixture.judge(made[0].whole.bytes, at: later) == "key_expired")
        for key in [made[2], fourth] { #expect(fixture.judge(key.whole.bytes, at: later) == "ok") }
    }

    /// What is void does not keep others out until its time is over.
    @Test func theKeysOfABootstrapThatWasResetAreForgottenFirst() async throws {
        let resets = BootstrapResets(trustDomain: "maxine.local")
        let fixture = try KeyRingFixture(
            APIKeyBounds(keysMax: 2, perOwnerMax: 100), resets: resets)
        let first = try #require(resets.principal)
        let void = try await fixture.create(seconds: 600, owner: first).get()
        let kept = try await fixture.create(seconds: 60).get()
        #expect(try await fixture.create().refusal == .full)
        resets.note(fixture.sequence)
        let third = try await fixture.create().get()
        #expect(fixture.judge(void.whole.bytes) == "key_unknown")
        for key in [kept, third] { #expect(fixture.judge(key.whole.bytes) == "ok") }
    }

    /// The disk says no: what would have made a key makes none, what ends one ends it.
    @Test func withoutItsStoreNoKeyIsMadeAndARevokedOneIsRevoked() async throws {
        let fixture = try KeyRingFixture()
        let made = try await fixture.create().get()
        try fixture.store.close()
        let failed = await #expect(throws: AuthError.self) { _ = try await fixture.create() }
        #expect(failed?.code == "auth.store")
        #expect(fixture.judge(made.whole.bytes) == "ok")
        await #expect(throws: AuthError.self) { _ = try await fixture.revoke(made.key.id) }
        #expect(fixture.judge(made.whole.bytes) == "key_revoked")
    }

    @Test func aPermitForAnotherKeyRevokesNothing() async throws {
        let fixture = try KeyRingFixture()
        let made = try await fixture.create().get()
        let permit = try fixture.gatehouse.permit(.keyRevoke, Resource(id: "00000000"))
        let receipt = try fixture.gatehouse.receipt(
            Record(kind: .intent, action: "key.revoke", decisionID: permit.decisionID))
        do throws(AuthError) {
            _ = try await fixture.ring.revoke(
                made.key.id, permit: permit, receipt: receipt, nowNanoseconds: Self.now)
            Issue.record("it was revoked")
        } catch {
            #expect(error.code == "auth.unproven")
        }
        #expect(fixture.judge(made.whole.bytes) == "ok")
    }

    @Test func timesThatNoClockSaysMakeNoKey() async throws {
        let fixture = try KeyRingFixture(APIKeyBounds(secondsMax: .max))
        #expect(try await fixture.create(seconds: .max).refusal == .impossibleTimes)
        #expect(try await fixture.create(seconds: 60, at: .max).refusal == .impossibleTimes)
    }

    @Test func everyChangeButANewKeyMovesTheGenerationOn() async throws {
        let fixture = try KeyRingFixture()
        let before = fixture.ring.generation
        let made = try await fixture.create().get()
        #expect(fixture.ring.generation == before)
        _ = try await fixture.revoke(made.key.id).get()
        #expect(fixture.ring.generation != before)
    }
}
