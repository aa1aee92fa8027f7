import Time

/// Decides, once a second, which leases may end until the next second.
///
/// Two things are not the clients' death: an outage of ours (the journal does not write, the process or the machine slept), after
/// which every lease begins anew, and an end of very many at once, which is held for a while, since a network that broke
/// is likelier. A value without clock and catalogue: time and counts come in.
public struct LeaseGovernor: Sendable {
    /// When the end of many is held.
    public struct Settings: Equatable, Sendable {
        /// More than this share of all instances, in percent, is very many; 100 holds nothing.
        public var heldPercent = 30
        /// A catalogue of fewer instances is never held: one machine is a large share of it.
        public var heldFrom = 20
        /// How long they are held at most.
        public var graceNanoseconds: Int64 = 300_000_000_000

        /// Makes the defaults.
        public init() {}
    }

    /// The leases whose end is held.
    public struct Held: Equatable, Sendable {
        /// How many have run out.
        public var due: Int
        /// How many instances there are.
        public var total: Int
        /// When the holding ends at the latest, by the elapsed clock.
        public let untilNanoseconds: Int64
    }

    /// What a person should hear of.
    public enum Change: Equatable, Sendable {
        /// The gateway was away or could not write: every lease has its full TTL again.
        case begunAnew(afterNanoseconds: Int64)
        /// Too many would end at once: from now on none does.
        case held(Held)
        /// Few enough are left to end, since the others came back.
        case released(due: Int, total: Int)
        /// The time is over: what has not come back ends now, bounded in rate.
        case givenUp(due: Int, total: Int)
    }

    /// How a sweep begins.
    public enum Beginning: Equatable, Sendable {
        /// The journal does not write: no lease ends that had not ended by this moment.
        case hold(at: Int64)
        /// The gateway was away until now: every lease begins anew.
        case beginAnew(Change)
        /// The gateway was there: it is to be judged what may end.
        case judge
    }

    private let settings: Settings
    /// The leases whose end is held; nil if none is.
    public private(set) var held: Held?
    /// True from the end of a hold until what had run out has ended: nobody is held twice.
    private var isLettingGo = false
    private var lastNanoseconds: Int64
    private var isAway = false
    private var ended: [(atNanoseconds: Int64, count: Int)] = []

    /// Starts at a moment at which every lease has its full TTL.
    public init(_ settings: Settings = Settings(), startNanoseconds: Int64) {
        self.settings = settings
        lastNanoseconds = startNanoseconds
    }

    /// Takes note of instances that were taken away, since their leases had ended.
    public mutating func note(ended count: Int, _ now: Int64) {
        if count > 0 { ended.append((now, count)) }
    }

    /// How far a sweep at a moment lets leases end.
    func reach(from now: Int64) -> Int64 {
        Span.after(now, RegistryLimits.sweepReachNanoseconds)
    }

    /// Finds out whether the gateway was there since the last sweep.
    mutating func begin(isRecording: Bool, _ now: Int64) -> Beginning {
        let pause = Span.between(lastNanoseconds, now)
        guard isRecording else {
            isAway = true
            return .hold(at: lastNanoseconds)
        }
        defer { lastNanoseconds = now }
        guard isAway || pause > RegistryLimits.sweepPauseNanosecondsMax else { return .judge }
        isAway = false
        held = nil
        isLettingGo = false
        ended = []
        return .beginAnew(.begunAnew(afterNanoseconds: pause))
    }

    /// Decides by how many leases there are and how many of them have run out or will before the next sweep.
    mutating func judge(total: Int, due: Int, _ now: Int64) -> Change? {
        ended.removeAll {
            Span.between($0.atNanoseconds, now) >= RegistryLimits.endingWindowNanoseconds
        }
        if let held { return judge(held, total, due, now) }
        if isLettingGo {
            let isBacklog =
                due > RegistryLimits.expiriesPerSweepMax || due * 100 > total * settings.heldPercent
            if isBacklog { return nil }
            isLettingGo = false
            ended = []
        }
        guard isTooMany(total, due) else { return nil }
        let held = Held(
            due: due, total: total,
            untilNanoseconds: Span.after(now, settings.graceNanoseconds))
        self.held = held
        return .held(held)
    }

    private mutating func judge(_ held: Held, _ total: Int, _ due: Int, _ now: Int64) -> Change? {
        if !isTooMany(total, due) {
            self.held = nil
            return .released(due: due, total: total)
        }
        if now >= held.untilNanoseconds {
            self.held = nil
            isLettingGo = true
            return .givenUp(due: due, total: total)
        }
        self.held?.due = due
        self.held?.total = total
        return nil
    }

    private func isTooMany(_ total: Int, _ due: Int) -> Bool {
        let gone = ended.reduce(0) { $0 + $1.count }
        guard due > 0, total + gone >= settings.heldFrom else { return false }
        return (due + gone) * 100 > (total + gone) * settings.heldPercent
    }
}
