internal import Auth

/// Why a call of the slow lane ends before it is done.
enum Interruption: Sendable, Equatable {
    /// Nobody waits for the answer any more.
    case clientGone
    /// It took longer than a call may.
    case timeUp
    /// The gateway stops.
    case stopping
    /// Whoever asks was locked meanwhile.
    case locked

    /// What the client is answered, if it is there, and what the outcome record says.
    var problem: Problem {
        switch self {
        case .clientGone: .clientGone
        case .timeUp: .timeUp
        case .stopping: .stopping
        case .locked:
            .notAuthenticated(AuthRefusal.invalidToken.answer, recorded: "locked meanwhile")
        }
    }
}

extension OutcomeReport {
    /// The report of a call that was interrupted: why, and what it came to all the same.
    init(_ interruption: Interruption, afterAll report: OutcomeReport) {
        self.init(
            interruption,
            "ended with \(report.status)" + (report.reason.map { ", \($0)" } ?? ""))
        detail = report.detail
    }

    /// The report of a call that was interrupted and never came to anything that is known.
    init(_ interruption: Interruption, _ end: String) {
        let problem = interruption.problem
        self.init(status: problem.status)
        reason = "\(problem.code): \(problem.detail); the operation \(end)"
    }
}

extension Problem {
    /// Only the log keeps it, under the status that others use for it.
    fileprivate static let clientGone = Problem(
        status: 499, code: "client-gone", title: "client gone",
        detail: "the client went before the answer")

    fileprivate static let timeUp = Problem(
        status: 504, code: "timed-out", title: "timed out",
        detail: "the operation took longer than it may")

    /// The gateway takes no more calls, or ends those that it has.
    static let stopping = Problem(
        status: 503, code: "stopping", title: "gateway stops",
        detail: "the gateway stops, so the operation was ended", retryAfterSeconds: 1)

    /// The slow lane is full.
    static let slowLaneFull = Problem(
        status: 503, code: "overloaded", title: "overloaded",
        detail: "too many operations wait for others", retryAfterSeconds: 1)

    /// One client has too many calls in the slow lane.
    static let clientBusy = Problem(
        status: 503, code: "overloaded", title: "overloaded",
        detail: "too many operations of this client are under way", retryAfterSeconds: 1)
}
