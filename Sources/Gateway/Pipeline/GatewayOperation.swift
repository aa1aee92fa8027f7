package import Audit
package import Auth
package import Policy
package import Registry

/// One thing that the gateway can be asked to do, decoded and not yet decided: an untrusted value.
///
/// One file of `Operations/` holds all of an operation but its spelling, which is a facade's: its input, what policy and
/// audit see of it, and how it acts.
package protocol GatewayOperation: Sendable {
    /// What it comes to where it succeeds; no HTTP in it.
    associatedtype Success: Sendable

    /// The action that policy decides.
    static var action: Action { get }
    /// Whether it changes state: an intent record before, an outcome record after.
    static var isChange: Bool { get }
    /// What it is done to, as policy and audit see it.
    var resource: Resource { get }
    /// What its intent record needs so that the change can be done again from the log.
    ///
    /// The name of a person that it is done to stands there sealed; where no key for one can be kept, it throws.
    func intentDetail(_ people: RecordedPeople) throws(AuthError) -> [UInt8]?
    /// The account that it tries to get into with a secret that can be guessed; nil for all else.
    ///
    /// In the slow lane only: failures are counted by it, and an attempt may have to wait or is refused, see ``Lockout``.
    var account: String? { get }
    /// What its outcome record says of a success, whatever facade asked.
    func report(of success: Success) -> OutcomeReport
}

extension GatewayOperation {
    package static var isChange: Bool { false }
    package var account: String? { nil }
    package func intentDetail(_ people: RecordedPeople) throws(AuthError) -> [UInt8]? { nil }
    package func report(of success: Success) -> OutcomeReport { OutcomeReport() }
}

/// An operation that acts at once: it waits for nothing, so it may run on an event loop.
package protocol FastOperation: GatewayOperation {
    /// The instance that it changes or renews: it is judged for what is there, too. Nil where it touches none.
    var instance: InstanceName? { get }
    /// Whether it changes what the instance is, so that changes of one instance take turns.
    static var takesTurns: Bool { get }
    /// Whether the same comes again and again over a connection, so that what is recorded each time is brief.
    static var isRenewal: Bool { get }
    /// Keeps the room that it needs until it is done, before its intent is recorded; the problem where there is none.
    func reserve(
        _ claim: InstanceClaim, for principal: PrincipalDigest, in registry: Registry
    ) -> Problem?
    /// Does it; what it touches wants the permit and the receipt.
    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem>
}

extension FastOperation {
    package var instance: InstanceName? { nil }
    package static var takesTurns: Bool { false }
    package static var isRenewal: Bool { false }
    package func reserve(
        _ claim: InstanceClaim, for principal: PrincipalDigest, in registry: Registry
    ) -> Problem? { nil }
}

/// What an outcome record says besides whose, what and when.
package struct OutcomeReport: Sendable {
    var status: UInt16 = 200
    var reason: String?
    var detail: [UInt8]?
    var holdsAnswer = false  // Whether the answer waits until this is on disk, see ``HeldAnswer``.

    package init(status: UInt16 = 200, detail: [UInt8]? = nil) {
        self.status = status
        self.detail = detail
    }

    init(_ problem: Problem) {
        status = problem.status
        reason = "\(problem.code): \(problem.recorded ?? problem.detail)"
    }
}
