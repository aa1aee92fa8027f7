internal import Audit
internal import Auth
internal import Policy
internal import Registry

/// What the deciding step has to know of an operation.
protocol Asked: Sendable {
    var action: Action { get }
    var isChange: Bool { get }
    var resource: Resource { get }
    func intentDetail(_ people: RecordedPeople) throws(AuthError) -> [UInt8]?
}

/// An operation and the encoder of the facade that it came by; waits in the fast lane for its record.
///
/// A class, so that a queue holds a pointer: an enum of all operations would be as large as the largest.
protocol FastCall: AnyObject, Asked {
    var instance: InstanceName? { get }
    var takesTurns: Bool { get }
    var isRenewal: Bool { get }
    func reserve(
        _ claim: InstanceClaim, for principal: PrincipalDigest, in registry: Registry
    ) -> Problem?
    func perform(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Performed
}

/// The same for the slow lane; a call whose answer is a stream sends it as well.
protocol SlowCall: AnyObject, Asked {
    /// What is asked, where that hangs on who asks.
    func asked(by caller: Principal, in services: Services) -> AskedByCaller?
    /// Why it may not be done although policy allows the action.
    func fault(for asker: Asker, in services: Services) -> Problem?
    var account: String? { get }
    /// Who somebody without a credential claims to be, where that is somebody known.
    func claimed(in services: Services) -> Person?
    /// Of whose certificates nothing may be allowed behind its record; once that is on disk, it is done whatever happens.
    var suspends: LiveOwner? { get }
    func perform(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services,
        as run: SlowRun
    ) async -> Settled
}

extension SlowCall {
    func claimed(in services: Services) -> Person? { nil }
    var suspends: LiveOwner? { nil }
    func asked(by caller: Principal, in services: Services) -> AskedByCaller? { nil }
    func fault(for asker: Asker, in services: Services) -> Problem? { nil }
}

/// What a route's decoder makes of a request.
enum Call: Sendable {
    case fast(any FastCall)
    case slow(any SlowCall)
    case signing(SigningCall)

    var asked: any Asked {
        switch self {
        case .fast(let call): call
        case .slow(let call): call
        case .signing(let call): call.here
        }
    }
}

/// What came of a call: the facade's answer or a problem, and what the outcome record says.
struct Performed: Sendable {
    let answer: Result<Answer, Problem>
    let report: OutcomeReport
}

/// How a facade writes an operation's success.
package typealias Encoder<Op: GatewayOperation> = @Sendable (Op, Op.Success) -> Answer

/// An operation that is bound to its encoder; what deciding has to know of it is the operation's.
protocol BoundCall: Asked {
    associatedtype Op: GatewayOperation
    var operation: Op { get }
}

/// Inlined, since each would else look up its class's conformance at every call.
extension BoundCall {
    @inline(__always) var action: Action { Op.action }
    @inline(__always) var isChange: Bool { Op.isChange }
    @inline(__always) var resource: Resource { operation.resource }
    @inline(__always) var account: String? { operation.account }

    @inline(__always)
    func intentDetail(_ people: RecordedPeople) throws(AuthError) -> [UInt8]? {
        try operation.intentDetail(people)
    }
}

/// How an operation of the fast lane acts and is answered.
///
/// A route makes it where it is known which operation that is, so that this is compiled for it alone.
typealias Acting<Op: FastOperation> =
    @Sendable (
        borrowing Op, consuming Permit, consuming Receipt, borrowing Effects
    ) -> Performed

extension FastOperation {
    @inline(__always)
    static func acting(encode: @escaping Encoder<Self>) -> Acting<Self> {
        { operation, permit, receipt, effects in
            let operation = copy operation
            return Performed(
                operation, operation.act(permit: permit, receipt: receipt, in: effects), encode)
        }
    }
}

final class BoundFastCall<Op: FastOperation>: FastCall, BoundCall {
    let operation: Op
    private let acting: Acting<Op>

    init(_ operation: Op, acting: @escaping Acting<Op>) {
        self.operation = operation
        self.acting = acting
    }

    var instance: InstanceName? { operation.instance }
    var takesTurns: Bool { Op.takesTurns }
    var isRenewal: Bool { Op.isRenewal }

    func reserve(
        _ claim: InstanceClaim, for principal: PrincipalDigest, in registry: Registry
    ) -> Problem? {
        operation.reserve(claim, for: principal, in: registry)
    }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Performed {
        acting(operation, permit, receipt, effects)
    }
}

final class BoundSlowCall<Op: AskerOperation>: SlowCall, BoundCall {
    let operation: Op
    private let encode: Encoder<Op>

    init(_ operation: Op, encode: @escaping Encoder<Op>) {
        self.operation = operation
        self.encode = encode
    }

    var suspends: LiveOwner? { operation.suspends }

    func fault(for asker: Asker, in services: Services) -> Problem? {
        operation.fault(for: asker, in: services)
    }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services,
        as run: SlowRun
    ) async -> Settled {
        let asker = run.job.asker.under(services.policies.current)
        return .performed(
            Performed(
                operation,
                await operation.act(by: asker, permit: permit, receipt: receipt, in: services),
                encode))
    }
}

extension Performed {
    init(_ problem: Problem) {
        self.init(answer: .failure(problem), report: OutcomeReport(problem))
    }

    @inline(__always)
    init<Op: GatewayOperation>(
        _ operation: Op, _ result: Result<Op.Success, Problem>, _ encode: Encoder<Op>
    ) {
        switch result {
        case .success(let success):
            self.init(
                answer: .success(encode(operation, success)), report: operation.report(of: success))
        case .failure(let problem):
            self.init(problem)
        }
    }
}
