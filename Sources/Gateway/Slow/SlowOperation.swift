internal import Audit
internal import Policy

/// An operation that runs off the event loop, after it was decided and recorded like all others.
///
/// For what waits or computes long: sign-on, keys, issuance, export, watches. Its own queues and waits need limits of
/// their own; it should end soon after its task is cancelled.
protocol SlowOperation: Sendable {
    /// What it is done to, as policy and audit see it.
    var resource: Resource { get }
    /// Whether it changes state: an intent record before, an outcome record after.
    var isChange: Bool { get }
    /// What an intent record says besides, as one JSON object; never a secret.
    var intentDetail: [UInt8]? { get }
    /// What it mostly does while it is in flight.
    var kind: SlowKind { get }
    /// When the client is answered 504, whatever the operation still does.
    var deadline: Duration { get }

    /// The operation with what only the caller's identity can say.
    func completed(by principal: Principal) -> any SlowOperation

    /// Does it; called once, in a task of the slow lane.
    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
    ) async -> SlowOutcome
}

extension SlowOperation {
    var intentDetail: [UInt8]? { nil }
    var kind: SlowKind { .work }
    var deadline: Duration { ExchangeLimits.slowDeadline }

    func completed(by principal: Principal) -> any SlowOperation { self }
}

/// What a slow operation mostly does; each kind has its own bound of operations in flight.
enum SlowKind: CaseIterable, Sendable {
    /// It computes or asks another machine.
    case work
    /// It sleeps until something happens: a blocking query.
    case wait
    /// It produces a streamed answer; not for operations themselves.
    case stream
}

/// What came of a slow operation.
struct SlowOutcome: Sendable {
    var result: Result<Answer, Problem>
    /// What the outcome record says besides, as one JSON object; never a secret.
    var detail: [UInt8]?

    init(_ result: Result<Answer, Problem>, detail: [UInt8]? = nil) {
        self.result = result
        self.detail = detail
    }
}

/// Permit and receipt on their way to the task that consumes them.
actor SlowProof {
    private var permit: Permit?
    private var receipt: Receipt?

    init(_ permit: consuming Permit, _ receipt: consuming Receipt) {
        self.permit = consume permit
        self.receipt = consume receipt
    }

    /// Performs the operation with them; a second call finds nothing and does nothing.
    func perform(_ operation: any SlowOperation, nowNanoseconds: Int64) async -> SlowOutcome? {
        guard let permit = permit.take(), let receipt = receipt.take() else { return nil }
        return await operation.perform(
            permit: permit, receipt: receipt, nowNanoseconds: nowNanoseconds)
    }
}
