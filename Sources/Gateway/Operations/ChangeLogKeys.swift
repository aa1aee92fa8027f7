internal import Audit
internal import Policy

/// Changes the keys that sign the log's ends.
///
/// Policy decides steps by two actions, and an operation has one: so there is one for each.
struct ChangeLogKeys<Kind: LogKeyStepKind>: SlowOperation {
    typealias Success = LogKeys

    let step: LogKeyStep

    static var action: Action { Kind.action }
    static var isChange: Bool { true }
    var resource: Resource { step.resource }

    func report(of keys: LogKeys) -> OutcomeReport { OutcomeReport(detail: keys.detail) }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        switch await services.logKeys.take(step, permit: permit, receipt: receipt) {
        case .success(let keys): .success(keys)
        case .failure(let refusal): .failure(Self.problem(refusal))
        }
    }

    private static func problem(_ refusal: LogKeyRefusal) -> Problem {
        switch refusal {
        case .overlapping, .alone:
            Problem(
                status: 409, code: "log-keys", title: "not the time for it",
                detail: refusal.description)
        case .notCleared(let reason): .internalError(reason)
        case .failed(let error): Problem(error)
        }
    }
}

/// Steps that policy decides by one action.
protocol LogKeyStepKind: Sendable {
    static var action: Action { get }
}

/// Those in order.
enum OrderlyKeySteps: LogKeyStepKind {
    static let action = Action.caRotate
}

/// The one after which nothing is taken that an old key signed.
enum UrgentKeySteps: LogKeyStepKind {
    static let action = Action.caRevoke
}

typealias RotateLogKey = ChangeLogKeys<OrderlyKeySteps>
typealias ReplaceLogKeys = ChangeLogKeys<UrgentKeySteps>
