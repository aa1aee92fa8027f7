/// Why a worker gave no answer.
public enum WorkerFault: Error, Equatable, Sendable {
    /// Too many requests wait already.
    case busy
    /// There was no answer in time; the worker was ended.
    case late
    /// The worker ended before it had answered; by a signal, or 0.
    case died(signal: Int32)
    /// The worker's answer is none.
    case malformed(String)
    /// No worker could be started.
    case notStarted(String)
    /// The pool has stopped.
    case stopped
}

extension WorkerFault: CustomStringConvertible {
    /// What is amiss, in words.
    public var description: String {
        switch self {
        case .busy: "too many wait already"
        case .late: "there was no answer in time"
        case .died(signal: .zero): "the helper process ended without an answer"
        case .died(let signal): "the helper process was ended by signal \(signal)"
        case .malformed(let what): "the helper process answered what is no answer: \(what)"
        case .notStarted(let why): "no helper process could be started: \(why)"
        case .stopped: "the gateway stops"
        }
    }
}
