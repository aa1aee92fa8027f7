internal import Audit
internal import Auth
internal import Policy
internal import Proofs

/// Shows people where they may sign on.
struct ShowSignOn: AskerOperation {
    struct Success: Sendable {
        /// Whether it is known already who asks.
        let isSignedOn: Bool
        /// The providers that take a name and a password.
        let directories: [String]
        /// The others, and of which sort they are.
        let elsewhere: [(name: String, kind: ProviderKind)]
    }

    /// Where they go afterwards; nil for their account.
    var next: LocalTarget?

    static var action: Action { .sessionCreate }
    var resource: Resource { Resource() }

    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        switch Clearance.check(permit, receipt, for: WantedOperation(Self.action)) {
        case .failure(let mismatch): return .failure(.internalError("\(mismatch)"))
        case .success: break
        }
        let all = services.providers.all
        return .success(
            Success(
                isSignedOn: asker.standing.subject.principal.kind != .anonymous,
                directories: all.compactMap { $0 as? any PasswordProvider }.map(\.name),
                elsewhere: all.filter { !($0 is any PasswordProvider) }.map { ($0.name, $0.kind) }))
    }
}
