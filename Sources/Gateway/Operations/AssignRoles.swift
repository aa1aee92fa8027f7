internal import Audit
internal import Auth
internal import Policy

/// Gives a user these roles and no others besides what the policy binds; nobody gives or takes what is not theirs.
struct AssignRoles: AskerOperation {
    typealias Success = UserRoles

    let given: UserRoles

    static var action: Action { .roleAssign }
    static var isChange: Bool { true }
    var resource: Resource { Resource() }

    func intentDetail(_ people: RecordedPeople) throws(AuthError) -> [UInt8]? {
        try given.detail(people.persons)
    }

    func report(of success: Success) -> OutcomeReport {
        OutcomeReport(status: 200, detail: AccessLedger.doneDetail)
    }

    func fault(for asker: Asker, in services: Services) -> Problem? {
        Giver(asker).fault(giving: given, insteadOf: services.access.given(to: given.user))
            .map { Problem($0) }
    }

    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        let giver = Giver(asker)
        do throws(AuthError) {
            return try services.access.assign(
                given, permit: permit, receipt: receipt,
                unless: { before in giver.fault(giving: given, insteadOf: before) }
            ).mapError { Problem($0) }
        } catch {
            return .failure(Problem(error))
        }
    }
}

/// Who gives roles, and what they have to give.
private struct Giver {
    let subject: Subject
    let policy: CompiledPolicy

    init(_ asker: Asker) {
        subject = asker.standing.subject
        policy = asker.standing.active.policy
    }

    /// Why a user's roles can't be made these by this giver; nil where they can.
    func fault(giving given: UserRoles, insteadOf before: UserRoles) -> AccessRefusal? {
        for role in given.roles where policy.giving(role, by: subject) == .unknownRole {
            return .unknownRole(role)
        }
        if isOwn(given.user), !policy.hasAllActions(subject) { return .ownRoles }
        let changed = Set(given.roles).symmetricDifference(before.roles).sorted()
        // A role that the policy has lost is nobody's to give, and anybody's to take away.
        let beyond = changed.first { policy.giving($0, by: subject) == .beyondOwn }
        return beyond.map { .beyondOwn($0) }
    }

    /// Whether they are the giver's own, or those of whose key it is; whatever the spelling.
    private func isOwn(_ user: String) -> Bool {
        PolicyOverlay(locks: LockTarget(kind: "user", name: user).map { [("", $0)] } ?? [])
            .lock(on: subject.principal) != nil
    }
}
