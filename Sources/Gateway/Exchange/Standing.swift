internal import Audit
internal import Auth
internal import Policy

/// A principal under one policy: what it may be judged by, and how records name it.
struct Standing {
    let active: ActivePolicy
    let subject: Subject
    /// Whose rights the subject's can't exceed; nil for one that acts for itself.
    let ceiling: Subject?
    /// The credential that made the principal; nil for the connection's certificate or nobody.
    let credential: VerifiedCredential?
    let identity: IdentityFragment

    init(
        active: ActivePolicy, subject: Subject, ceiling: Subject? = nil,
        credential: VerifiedCredential? = nil, client: ClientFields, subjects: SubjectVault
    ) {
        self.credential = credential
        self.active = active
        self.subject = subject
        self.ceiling = ceiling
        let principal = subject.principal
        identity = subjects.fragment(
            principal: PrincipalFields(
                recording: principal, roles: subject.roles, ceiling: ceiling?.principal),
            client: client)
    }

    /// Decides one operation: allowed only if the ceiling is allowed it too.
    func decide(_ operation: Operation, _ context: Context) -> Decision {
        if let ceiling {
            switch active.policy.decide(ceiling, operation, context) {
            case .allow: break
            case .deny(let refusal): return .deny(refusal)
            }
        }
        return active.policy.decide(subject, operation, context)
    }
}
