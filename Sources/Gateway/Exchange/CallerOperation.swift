internal import Auth
internal import Policy

/// Who asks, for operations whose meaning depends on it.
struct Caller: Sendable {
    let subject: Subject
    /// The credential that the request presented, if it did.
    let credential: VerifiedCredential?
    let core: GatewayCore

    var principal: Principal { subject.principal }
}

/// A slow operation that has to know who asks; it is bound to its caller before it is decided.
protocol CallerOperation: SlowOperation {
    /// The operation with its caller.
    func bound(to caller: Caller) -> any SlowOperation
}

extension Command {
    /// The command with what only the caller can say.
    func bound(to standing: Standing, _ core: GatewayCore) -> Command {
        guard case .slow(let operation) = self, let open = operation as? any CallerOperation else {
            return self
        }
        return .slow(
            open.bound(
                to: Caller(
                    subject: standing.subject, credential: standing.credential, core: core)))
    }
}
