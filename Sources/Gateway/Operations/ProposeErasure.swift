internal import Audit
internal import Auth
internal import Policy
internal import Time

/// Proposes that a person be erased: nothing happens before another operator has confirmed it.
struct ProposeErasure: CredentialOperation {
    typealias Success = Erasure

    let plan: ErasurePlan

    static var action: Action { .auditErase }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: plan.id) }

    func report(of success: Success) -> OutcomeReport {
        OutcomeReport(status: 201, detail: Erasure.doneDetail)
    }

    func intentDetail(_ shown: Shown, in services: Services) -> [UInt8]? {
        plan.detail(pseudonyms(services), services.people.persons)
    }

    func fault(_ shown: Shown, in services: Services) -> Problem? {
        services.erasures.ledger.fault(
            proposing: plan, pseudonyms(services), by: shown.caller,
            nowNanoseconds: services.clocks.wall()
        ).map { Problem($0) }
    }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        do throws(AuthError) {
            return try services.erasures.ledger.propose(
                plan, pseudonyms(services), by: shown.caller, permit: permit, receipt: receipt,
                nowNanoseconds: services.clocks.wall()
            ).mapError { Problem($0) }
        } catch {
            return .failure(Problem(error))
        }
    }

    private func pseudonyms(_ services: Services) -> [String] {
        services.people.persons.pseudonyms(of: services.namesInLog(of: plan.user))
    }
}

extension Problem {
    /// Why an erasure was not proposed, confirmed or taken back although policy allows it; none of these tells who the person is.
    init(_ refusal: ErasureRefusal) {
        switch refusal {
        case .nobody, .unknown: self = .notFound(refusal.reason)
        case .notAnOperator:
            self.init(
                status: 403, code: "not-an-operator", title: "not an operator",
                detail: refusal.reason)
        case .ownErasure, .sameOperator:
            self.init(
                status: 403, code: "two-people", title: "two people, and neither the person",
                detail: refusal.reason)
        case .reasonNamesThem: self = .impossible("$.reason: \(refusal.reason)")
        case .proposed, .held, .tooMany:
            self.init(
                status: 409, code: "not-to-be-erased", title: "not to be erased now",
                detail: refusal.reason)
        }
    }
}
