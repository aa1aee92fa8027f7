/// What the process ends with; scripts rely on these numbers.
enum ExitStatus: Int32 {
    case done = 0
    case failed = 1
    case usage = 2
    case refused = 3
    case notAuthenticated = 4
    case notReachable = 5
    case verificationFailed = 6
}

/// An end other than success: the number for scripts, the message for people.
struct Failure: Error {
    let status: ExitStatus
    let message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}

extension Failure: CustomStringConvertible {
    var description: String { message }
}
