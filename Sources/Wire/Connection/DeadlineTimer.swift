import NIOCore

/// One timer that fires at the earliest deadline and costs nothing while deadlines only move back.
struct DeadlineTimer {
    /// The moment in force; nil for none.
    private(set) var deadline: NIODeadline?
    private var scheduled: Scheduled<Void>?
    private var wakeAt: NIODeadline = .distantFuture

    /// Sets the moment; true if the timer that runs would fire too late, and `schedule` has to be called.
    @inline(__always)
    mutating func move(to moment: NIODeadline) -> Bool {
        deadline = moment
        return scheduled == nil || moment < wakeAt
    }

    /// Lifts the deadline; a timer that runs is left to run.
    @inline(__always)
    mutating func disarm() { deadline = nil }

    /// Starts the timer for a moment; `fire` is called then and has to ask `isDue`.
    mutating func schedule(
        _ moment: NIODeadline, on loop: any EventLoop, fire: @escaping () -> Void
    ) {
        scheduled?.cancel()
        wakeAt = moment
        scheduled = loop.assumeIsolated().scheduleTask(deadline: moment) { fire() }
    }

    /// To be called when the timer fires: true if the deadline has passed; otherwise, with a
    /// deadline left, the timer has to be scheduled again.
    mutating func isDue(now: NIODeadline) -> Bool {
        scheduled = nil
        guard let deadline else { return false }
        return now >= deadline
    }

    /// Ends it for good.
    mutating func cancel() {
        deadline = nil
        scheduled?.cancel()
        scheduled = nil
    }
}
