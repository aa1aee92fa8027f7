internal import Audit
internal import Policy
internal import StrictJSON

/// An operation on the policy itself, run off the event loop.
struct PolicyOperation: SlowOperation {
    private let desk: PolicyDesk?
    private let request: PolicyRequest
    private var author = ""

    init(_ desk: PolicyDesk?, _ request: PolicyRequest) {
        self.desk = desk
        self.request = request
    }

    var resource: Resource { Resource() }

    func completed(by principal: Principal) -> any SlowOperation {
        var operation = self
        operation.author = principal.id
        return operation
    }

    var isChange: Bool {
        if case .change = request { true } else { false }
    }

    /// What is to change; the policy's text is in the archive, under the digest that the outcome names.
    var intentDetail: [UInt8]? {
        guard case .change(let change) = request else { return nil }
        var writer = JSONWriter()
        switch change.kind {
        case .files(let sources, _):
            writer.raw("{\"change\":\"files\",\"files\":")
            writer.strings(sources.prefix(32).map(\.name))
        case .digest(let digest):
            writer.raw("{\"change\":\"rollback\"")
            writer.text("digest", digest)
        case .approve(let digest):
            writer.raw("{\"change\":\"approve\"")
            writer.text("digest", digest)
        case .breakGlass(let minutes):
            writer.raw("{\"change\":\"break_glass\"")
            writer.count("minutes", minutes)
        case .endBreakGlass:
            writer.raw("{\"change\":\"break_glass_end\"")
        }
        if let reason = change.reason { writer.text("reason", reason) }
        writer.raw("}")
        return writer.bytes
    }

    var deadline: Duration { PolicyDeskLimits.deadline }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
    ) async -> SlowOutcome {
        guard let desk else { return SlowOutcome(.failure(.internalError("no policy desk"))) }
        let action = permit.operation.action
        guard permit.decisionID == receipt.decisionID, action == expectedAction else {
            return SlowOutcome(.failure(.internalError("permit and receipt are for \(action)")))
        }
        return await desk.answer(
            request, author: author, sequence: receipt.sequence,
            nowNanoseconds: nowNanoseconds)
    }

    private var expectedAction: Action {
        switch request {
        case .show: .policyRead
        case .check, .explain, .replay: .policyCheck
        case .change: .policyWrite
        }
    }
}

/// Bounds on what the policy's routes do.
enum PolicyDeskLimits {
    /// When a client is answered 504; a change or replay goes on to its end.
    static let deadline = Duration.seconds(60)
    /// Replays at once; more are answered 503.
    static let replaysMax = 1
}
