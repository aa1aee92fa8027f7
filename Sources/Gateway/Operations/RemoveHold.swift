internal import Audit
internal import Policy

/// Ends a legal hold; what it covered may go from then on.
struct RemoveHold: AskerOperation {
    typealias Success = Void

    let name: String

    static var action: Action { .auditErase }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: HoldPlan.resourceID(name)) }

    func intentDetail(_ people: RecordedPeople) -> [UInt8]? { HoldPlan.removalDetail }

    func report(of success: Success) -> OutcomeReport { OutcomeReport(status: 204) }

    func fault(for asker: Asker, in services: Services) -> Problem? {
        services.holds.all.contains { $0.plan.name == name }
            ? nil : Problem(HoldRefusal.unknown(name))
    }

    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        services.holds.remove(name, permit: permit, receipt: receipt).mapError { Problem($0) }
    }
}
