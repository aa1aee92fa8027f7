internal import Audit
internal import PKI
internal import Policy
internal import Time

/// Takes nothing any more that an old authority signed.
struct RevokeAuthority: SlowOperation {
    typealias Success = AuthorityChange

    let step: AuthorityStep

    static var action: Action { .caRevoke }
    static var isChange: Bool { true }
    var resource: Resource { step.resource }

    func intentDetail(_ people: RecordedPeople) -> [UInt8]? { step.detail }

    func report(of change: AuthorityChange) -> OutcomeReport {
        OutcomeReport(detail: change.detail)
    }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        do throws(PKIError) {
            let change = try services.authorities.take(
                step, permit: permit, receipt: receipt, nowNanoseconds: services.clocks.wall())
            for keyID in change.revoked {
                // Whoever asked may have a certificate of it, and is told what came of it.
                await services.endRevoked(
                    LiveOwner(authority: keyID), because: "the authority was revoked", isCut: false)
            }
            return .success(change)
        } catch {
            return .failure(Problem(error))
        }
    }
}
