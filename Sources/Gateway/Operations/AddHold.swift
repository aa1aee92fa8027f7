internal import Audit
internal import Policy
internal import Time

/// Has records of the log kept, whatever its retention says, and everybody in them.
struct AddHold: AskerOperation {
    struct Success: Sendable {
        let hold: LegalHold
    }

    let plan: HoldPlan

    static var action: Action { .auditErase }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: HoldPlan.resourceID(plan.name)) }

    func intentDetail(_ people: RecordedPeople) -> [UInt8]? { plan.detail }

    func report(of success: Success) -> OutcomeReport { OutcomeReport(status: 201) }

    func fault(for asker: Asker, in services: Services) -> Problem? {
        services.holds.refusal(of: plan).map { Problem($0) }
    }

    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        services.holds.add(
            plan, permit: permit, receipt: receipt, nowNanoseconds: services.clocks.wall()
        )
        .map { Success(hold: $0) }.mapError { Problem($0) }
    }
}

extension Problem {
    /// Why a hold is not made or ended, although policy allows it.
    init(_ refusal: HoldRefusal) {
        switch refusal {
        case .unknown: self = .notFound(refusal.description)
        case .notCleared(let reason): self = .internalError(reason)
        case .taken, .tooMany, .gone, .going:
            self.init(
                status: 409, code: "legal-hold", title: "no such hold can be made",
                detail: refusal.description)
        }
    }
}
