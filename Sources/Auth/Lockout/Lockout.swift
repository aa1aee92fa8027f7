internal import NIOConcurrencyHelpers
public import Policy
public import Text

/// Slows down whoever tries secrets that can be guessed: passwords, short codes.
///
/// - Failures of one account from one source: the next attempt has to wait twice as long each time, a quarter of an hour at most.
/// - Failures of one account from all sources: they only delay, half a minute at most, and never a source that has signed on
///   before. So nobody can lock others out, however many addresses they have.
///
/// It knows nothing of whether an account exists, so its answers say nothing of it. An attempt counts as a failure from its beginning
/// on until it is known better, so a hundred at once are no better than one after the other. Where there is no room for more it
/// delays and refuses nobody. Secrets of 256 bits don't come here: nobody guesses them, and a lockout would only shut out their holders.
public final class Lockout: Sendable {
    /// What becomes of an attempt.
    public enum Verdict: Equatable, Sendable {
        /// It may be made now.
        case open
        /// It may be made, and not before so long; wait where it holds nothing that others need.
        case later(nanoseconds: Int64)
        /// It is not made, be it right or wrong; come again then.
        case refused(QuotaReading)
    }

    /// How an attempt that was let in ended.
    public enum End: Sendable {
        case succeeded, failed
        /// It was never judged: the directory was out, the client went.
        case void
    }

    private struct Pair: Hashable {
        let account: FoldedName
        let source: IPAddress?
    }

    private struct State {
        var pairs = FailureTallies<Pair>(countMax: LockoutLimits.pairsMax)
        var accounts = FailureTallies<FoldedName>(countMax: LockoutLimits.accountsMax)
        var known = KnownSources()
    }

    private let state = NIOLockedValueBox(State())

    /// Makes one that has seen nothing.
    public init() {}

    /// Lets an attempt in, or says when.
    ///
    /// - Parameters:
    ///   - account: Whose secret is tried, as it was claimed.
    ///   - source: The network that it comes from, see ``IPAddress/network``.
    ///   - now: The elapsed clock, nanoseconds.
    /// - Returns: What becomes of it; one that is let in has to be ended.
    public func admit(
        _ account: FoldedName, from source: IPAddress?, elapsedNanoseconds now: Int64
    ) -> Verdict {
        let pair = Pair(account: account, source: source)
        return state.withLockedValue { state in
            var own = state.pairs.tally(of: pair, at: now)
            guard now >= own.dueNanoseconds else {
                return .refused(Self.reading(own.dueNanoseconds - now))
            }
            own.add(at: now, free: LockoutLimits.freeOfPair, most: LockoutLimits.pairSecondsMax)
            let hasRoom = state.pairs.keep(own, of: pair, at: now)
            if state.known.holds(source, of: account) { return .open }
            var all = state.accounts.tally(of: account, at: now)
            let delay = all.add(
                at: now, free: LockoutLimits.freeOfAccount, most: LockoutLimits.accountSecondsMax)
            let isCounted = state.accounts.keep(all, of: account, at: now)
            guard hasRoom, isCounted else {
                return .later(nanoseconds: LockoutLimits.accountSecondsMax * 1_000_000_000)
            }
            return delay > 0 ? .later(nanoseconds: delay) : .open
        }
    }

    /// Says how an attempt ended that was let in.
    public func end(
        _ end: End, of account: FoldedName, from source: IPAddress?, elapsedNanoseconds now: Int64
    ) {
        let pair = Pair(account: account, source: source)
        state.withLockedValue { state in
            let wasKnown = state.known.holds(source, of: account)
            switch end {
            case .failed: return
            case .void: state.pairs.giveBack(pair)
            case .succeeded:
                state.pairs.forget(pair)
                state.known.note(source, of: account, at: now)
            }
            if !wasKnown { state.accounts.giveBack(account) }
        }
    }

    /// Forgets an account, and where it signed on from.
    public func forget(_ account: FoldedName) {
        state.withLockedValue { state in
            state.pairs.forget(where: { $0.account == account })
            state.accounts.forget(account)
            state.known.forget(account)
        }
    }

    /// How many pairs and accounts are counted now.
    package var counts: (pairs: Int, accounts: Int) {
        state.withLockedValue { ($0.pairs.count, $0.accounts.count) }
    }

    private static func reading(_ nanoseconds: Int64) -> QuotaReading {
        let seconds = Int((nanoseconds + 999_999_999) / 1_000_000_000)
        return QuotaReading(
            waitSeconds: max(1, seconds),
            policyField:
                "\"sign-on\";q=\(LockoutLimits.freeOfPair);w=\(LockoutLimits.quietSeconds)",
            stateField: "\"sign-on\";r=0;t=\(max(1, seconds))")
    }
}

extension FailureTallies.Tally {
    /// Counts one more; how long it, or the next one, has to wait.
    @discardableResult
    fileprivate mutating func add(at now: Int64, free: Int, most seconds: Int64) -> Int64 {
        failures = min(failures + 1, free + 32)
        lastNanoseconds = now
        guard failures >= free else { return 0 }
        let delay = min(Int64(1) << Int64(failures - free), seconds) * 1_000_000_000
        dueNanoseconds = now + delay
        return delay
    }
}
