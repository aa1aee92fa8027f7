import Auth
import Policy
import Testing
import Text

/// Failures slow down whoever fails, delay others a little, and lock nobody out.
@Suite struct LockoutTests {
    private static let second: Int64 = 1_000_000_000
    private let lockout = Lockout()
    private let alice = FoldedName("idp/alice")

    private func source(_ number: UInt32) -> IPAddress { IPAddress(v4: number) }

    /// Fails until it is refused; how many attempts were let in.
    private func fail(
        _ account: FoldedName, from source: IPAddress, at now: Int64, most: Int = 100
    ) -> Int {
        for count in 0..<most {
            guard case .open = lockout.admit(account, from: source, elapsedNanoseconds: now) else {
                return count
            }
            lockout.end(.failed, of: account, from: source, elapsedNanoseconds: now)
        }
        return most
    }

    private func verdict(
        _ account: FoldedName, from source: IPAddress, at now: Int64
    ) -> Lockout.Verdict {
        lockout.admit(account, from: source, elapsedNanoseconds: now)
    }

    /// The seconds that a refusal names.
    private func wait(_ verdict: Lockout.Verdict) -> Int? {
        guard case .refused(let reading) = verdict else { return nil }
        return reading.waitSeconds
    }

    @Test func eachFailureOfAPairDoublesItsWaitUpToAQuarterOfAnHour() {
        var now: Int64 = 1_000 * Self.second
        #expect(fail(alice, from: source(1), at: now) == LockoutLimits.freeOfPair)
        var waits: [Int] = []
        for _ in 0..<12 {
            guard let wait = wait(verdict(alice, from: source(1), at: now)) else {
                Issue.record("let in before its time")
                return
            }
            waits.append(wait)
            now += Int64(wait) * Self.second
            #expect(fail(alice, from: source(1), at: now) <= 1)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
        #expect(verdict(alice, from: source(2), at: now) != .refused(reading(1)), "another source")
        now += LockoutLimits.quietSeconds * Self.second
        #expect(fail(alice, from: source(1), at: now) == LockoutLimits.freeOfPair, "forgotten")
    }

    private func reading(_ seconds: Int) -> QuotaReading {
        QuotaReading(waitSeconds: seconds, policyField: "", stateField: "")
    }

    @Test func aHundredAtOnceAreNoBetterThanOneAfterTheOther() {
        let verdicts = (0..<100).map { _ in verdict(alice, from: source(1), at: 0) }
        #expect(verdicts.filter { $0 == .open }.count == LockoutLimits.freeOfPair)
    }

    @Test func noSpellingOfAnAccountHasACounterOfItsOwn() {
        var admitted = 0
        for spelling in ["idp/alice", "IDP/Alice", " idp/alice", "ｉｄｐ/alice", "idp/al\u{AD}ice"] {
            admitted += fail(FoldedName(spelling), from: source(1), at: 0)
        }
        #expect(admitted == LockoutLimits.freeOfPair)
    }

    @Test func strangersDelayAnAccountAndNeverItsOwnSources() {
        let home = source(1)
        #expect(verdict(alice, from: home, at: 0) == .open)
        lockout.end(.succeeded, of: alice, from: home, elapsedNanoseconds: 0)
        var longest: Int64 = 0
        for stranger in 0..<500 {
            switch verdict(alice, from: source(1_000 + UInt32(stranger)), at: Self.second) {
            case .open: break
            case .later(let nanoseconds): longest = max(longest, nanoseconds)
            case .refused: Issue.record("a source is refused for what others did")
            }
        }
        #expect(longest == LockoutLimits.accountSecondsMax * Self.second)
        #expect(verdict(alice, from: home, at: Self.second) == .open, "hers goes on at once")
        let other = verdict(FoldedName("idp/bob"), from: source(7_000), at: Self.second)
        #expect(other == .open)
    }

    @Test func asuccessClearsItsPairAndWhatWasNeverJudgedCountsForNothing() {
        for _ in 0..<50 {
            #expect(verdict(alice, from: source(1), at: 0) == .open)
            lockout.end(.void, of: alice, from: source(1), elapsedNanoseconds: 0)
        }
        #expect(fail(alice, from: source(1), at: 0, most: 2) == 2)
        #expect(verdict(alice, from: source(1), at: 0) == .open)
        lockout.end(.succeeded, of: alice, from: source(1), elapsedNanoseconds: 0)
        #expect(fail(alice, from: source(1), at: 0) == LockoutLimits.freeOfPair)
    }

    /// However many names and addresses strangers try: the tables are bounded, and who comes then is delayed, not shut out.
    @Test func fullTablesDelayAndRefuseNobody() {
        for number in 0..<(LockoutLimits.pairsMax + 100) {
            _ = verdict(FoldedName("name-\(number)"), from: source(UInt32(number)), at: 0)
        }
        #expect(lockout.counts.pairs == LockoutLimits.pairsMax)
        #expect(lockout.counts.accounts == LockoutLimits.accountsMax)
        let full = verdict(alice, from: source(9), at: 0)
        #expect(full == .later(nanoseconds: LockoutLimits.accountSecondsMax * Self.second))
        lockout.end(.succeeded, of: alice, from: source(9), elapsedNanoseconds: 0)
        #expect(verdict(alice, from: source(9), at: 0) == .open, "a known source waits for nobody")
        let later = (LockoutLimits.quietSeconds + 1) * Self.second
        #expect(verdict(FoldedName("new"), from: source(10), at: later) == .open)
    }

    @Test func aRefusalSaysWhenToComeAgain() {
        _ = fail(alice, from: source(1), at: 0)
        guard case .refused(let reading) = verdict(alice, from: source(1), at: 0) else {
            Issue.record("let in")
            return
        }
        #expect(reading.policyField == #""sign-on";q=3;w=3600"#)
        #expect(reading.stateField == #""sign-on";r=0;t=1"#)
    }

    /// What came to nothing for reasons of ours was no attempt, and leaves no wait behind.
    @Test func anAttemptThatCameToNothingIsGivenBack() {
        for _ in 0..<LockoutLimits.freeOfPair {
            #expect(verdict(alice, from: source(1), at: 0) == .open)
        }
        #expect(wait(verdict(alice, from: source(1), at: 0)) == 1)
        lockout.end(.void, of: alice, from: source(1), elapsedNanoseconds: 0)
        #expect(verdict(alice, from: source(1), at: 0) == .open)
        #expect(wait(verdict(alice, from: source(1), at: 0)) == 1)
    }

    /// So many sources of an account are known, the latest ones.
    @Test func theOldestOfTooManyKnownSourcesIsForgotten() {
        let count = UInt32(LockoutLimits.knownSourcesMax) + 1
        for number in 1...count {
            let now = Int64(number) * Self.second
            #expect(verdict(alice, from: source(number), at: now) == .open)
            lockout.end(.succeeded, of: alice, from: source(number), elapsedNanoseconds: now)
        }
        let now = Int64(count + 1) * Self.second
        // Strangers have failed often enough for the account to be slow.
        for number in UInt32(1_000)..<1_020 { _ = verdict(alice, from: source(number), at: now) }
        #expect(verdict(alice, from: source(2), at: now) == .open)
        #expect(verdict(alice, from: source(count), at: now) == .open)
        #expect(verdict(alice, from: source(1), at: now) != .open)
    }

    /// So many accounts are known by their sources; the one that signed on longest ago makes room.
    @Test func theAccountThatSignedOnLongestAgoIsForgotten() {
        func signOn(_ account: String, _ number: Int) {
            let now = Int64(number)
            _ = lockout.admit(FoldedName(account), from: source(1), elapsedNanoseconds: now)
            lockout.end(
                .succeeded, of: FoldedName(account), from: source(1), elapsedNanoseconds: now)
        }
        for number in 0...LockoutLimits.knownAccountsMax { signOn("name-\(number)", number) }
        let now = Int64(LockoutLimits.knownAccountsMax) + Self.second
        func afterFailuresElsewhere(_ account: String) -> Lockout.Verdict {
            for number in UInt32(1_000)..<1_020 {
                _ = verdict(FoldedName(account), from: source(number), at: now)
            }
            return verdict(FoldedName(account), from: source(1), at: now)
        }
        #expect(afterFailuresElsewhere("name-0") != .open)
        #expect(afterFailuresElsewhere("name-1") == .open)
    }
}
