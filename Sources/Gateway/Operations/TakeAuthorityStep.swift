internal import Audit
internal import PKI
internal import Policy
internal import Time

/// Takes a step in the life of our authorities.
///
/// Policy decides steps by three actions, and an operation has one: so there is one for each.
struct TakeAuthorityStep<Kind: AuthorityStepKind>: SlowOperation {
    typealias Success = AuthorityChange

    let step: AuthorityStep

    static var action: Action { Kind.action }
    static var isChange: Bool { true }
    var resource: Resource { step.resource }

    func intentDetail(_ people: RecordedPeople) -> [UInt8]? { step.detail }

    func report(of change: AuthorityChange) -> OutcomeReport {
        OutcomeReport(detail: change.detail)
    }

    var suspends: LiveOwner? {
        switch step {
        case .revoke(let keyID), .compromise(let keyID): LiveOwner(authority: keyID)
        case .prepare, .activate, .rotate, .prepareRoot, .install, .installList, .activateRoot,
            .taint, .prune:
            nil
        }
    }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        do throws(PKIError) {
            let change = try await services.authorities.take(
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

/// Steps that policy decides by one action.
protocol AuthorityStepKind: Sendable {
    static var action: Action { get }
}

/// Those that make the next authority or let it sign.
enum RotatingSteps: AuthorityStepKind {
    static let action = Action.caRotate
}

/// Those that have what an old one signed replaced.
enum TaintingSteps: AuthorityStepKind {
    static let action = Action.caTaint
}

/// Those after which nothing is taken that one signed.
enum RevokingSteps: AuthorityStepKind {
    static let action = Action.caRevoke
}

typealias RotateAuthority = TakeAuthorityStep<RotatingSteps>
typealias TaintAuthority = TakeAuthorityStep<TaintingSteps>
typealias RevokeAuthority = TakeAuthorityStep<RevokingSteps>
