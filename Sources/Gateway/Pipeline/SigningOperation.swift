package import Audit
internal import Auth
package import PKI
package import Policy
internal import Time

/// An operation that signs a certificate: at once on the event loop where the authority's key is in memory, and in the slow lane where it is
/// kept outside, since that waits.
package protocol SigningOperation: FastOperation where Success == IssuedSVID {
    /// Takes permit and receipt for what is to be signed.
    func cleared(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) throws(PKIError) -> Cleared<ClearedLeaf>
}

extension SigningOperation {
    package func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        do throws(PKIError) {
            let cleared = try self.cleared(
                permit: permit, receipt: receipt, in: effects.services)
            return .success(
                try effects.services.authority.issue(
                    cleared, nowNanoseconds: effects.nowNanoseconds, mayWait: false))
        } catch {
            return .failure(Problem(error))
        }
    }
}

/// The same in the slow lane.
struct SignedElsewhere<Op: SigningOperation>: SlowOperation {
    typealias Success = IssuedSVID

    let wanted: Op

    static var action: Action { Op.action }
    static var isChange: Bool { Op.isChange }
    var resource: Resource { wanted.resource }

    func intentDetail(_ people: RecordedPeople) throws(AuthError) -> [UInt8]? {
        try wanted.intentDetail(people)
    }

    func report(of issued: IssuedSVID) -> OutcomeReport { wanted.report(of: issued) }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        do throws(PKIError) {
            let cleared = try wanted.cleared(permit: permit, receipt: receipt, in: services)
            let (authority, wall) = (services.authority, services.clocks.wall)
            return .success(
                try await services.keyThreads.run(within: KeeperLimits.signingTime) {
                    () throws(PKIError) in
                    try authority.issue(cleared, nowNanoseconds: wall())
                })
        } catch {
            return .failure(Problem(error))
        }
    }
}

/// A call that is for the one lane or for the other, by where the key is when it is taken.
final class SigningCall: Sendable {
    let here: any FastCall
    let elsewhere: @Sendable () -> any SlowCall

    init(here: any FastCall, elsewhere: @escaping @Sendable () -> any SlowCall) {
        self.here = here
        self.elsewhere = elsewhere
    }
}
