internal import Audit
internal import PKI
internal import Policy

/// Issuance where another process signs: the same as on the event loop, but in the slow lane.
struct OutsideIssuance: SlowOperation {
    enum Wanted: Sendable {
        case certificate(SVIDRequest)
        case token(JWTSVIDRequest)

        var command: Command {
            switch self {
            case .certificate(let request): .issueSVID(request)
            case .token(let request): .issueToken(request)
            }
        }
    }

    let performer: Performer
    let wanted: Wanted

    var resource: Resource { wanted.command.resource }
    var isChange: Bool { true }
    var intentDetail: [UInt8]? { wanted.command.intentDetail }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async -> SlowOutcome {
        switch wanted {
        case .certificate(let request):
            let (result, detail) = performer.issue(request, permit, receipt, now)
            return SlowOutcome(result, detail: detail)
        case .token(let request):
            let (result, detail) = performer.issueToken(request, permit, receipt, now)
            return SlowOutcome(result, detail: detail)
        }
    }
}
