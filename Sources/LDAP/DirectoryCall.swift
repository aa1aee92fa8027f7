public import Workers

/// One question as the gateway puts it, and how its answer is read.
public struct DirectoryCall: Sendable {
    /// What the question needs connections for: the service account, the person.
    public let connections: Int
    private let asked: AskedQuestion

    /// Puts a question by a plan.
    public init(_ question: DirectoryQuestion, _ plan: DirectoryPlan) {
        asked = AskedQuestion(question, plan)
        var count = plan.canConfirm ? 1 : 0
        if case .signOn = question { count += 1 }
        connections = count
    }

    /// What is sent to a worker.
    ///
    /// - Parameters:
    ///   - servicePassword: The service account's, or nothing.
    ///   - password: The person's, for a sign-on.
    ///   - milliseconds: What the worker has.
    /// - Returns: The request, with secrets that whoever sends it has to wipe.
    public func request(
        servicePassword: [UInt8], password: [UInt8]?, milliseconds: Int64
    ) -> RequestFrame {
        RequestFrame(
            json: asked.json, secrets: [servicePassword] + (password.map { [$0] } ?? []),
            milliseconds: milliseconds)
    }

    /// Reads what came back; nil where it is no answer.
    public static func answer(_ json: [UInt8]) -> DirectoryAnswer? { DirectoryAnswer(json: json) }
}
