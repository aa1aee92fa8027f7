internal import Audit
internal import PKI
internal import Policy
internal import Time

/// Shows the authorities of our trust domain and where each stands.
///
/// What policy opens to anybody of `ca.read` are bundles, not this.
struct ListAuthorities: AskerOperation {
    typealias Success = AuthorityListing

    static var action: Action { .caRead }
    var resource: Resource { Resource() }

    func fault(for asker: Asker, in services: Services) -> Problem? {
        guard asker.standing.subject.principal.kind == .anonymous else { return nil }
        return .notAuthenticated("the authorities are shown to nobody without one")
    }

    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        do throws(PKIError) {
            return .success(
                try services.authorities.office.list(
                    permit: permit, receipt: receipt, nowNanoseconds: services.clocks.wall()))
        } catch {
            return .failure(Problem(error))
        }
    }
}

extension Problem {
    /// Why nothing was issued, or a step of our authorities was not taken, although policy allows it.
    init(_ error: PKIError) {
        switch error {
        case .invalidRequest, .invalidList, .notIssued: self = .impossible(error.message)
        case .unknownAuthority: self = .notFound(error.message)
        case .wrongState:
            self.init(
                status: 409, code: "wrong-state", title: "authority in another state",
                detail: error.message)
        case .keyAway:
            self.init(
                status: 503, code: error.code, title: "key of the authority is away",
                detail: error.message, retryAfterSeconds: PipelineLimits.keyAwaySeconds)
        case .authorityEnding:
            self.init(
                status: 503, code: error.code, title: "authority ends too soon",
                detail: error.message)
        case .invalidBundle, .unproven, .signingFailed, .unusableFiles, .fileFailed:
            self = .internalError(error.message)
        }
    }
}
