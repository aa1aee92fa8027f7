internal import Audit
internal import Auth
internal import Policy
internal import Proofs

/// Sends a browser to a provider, to come back with its word.
struct BeginOpenIDLogin: CredentialOperation {
    typealias Success = Redirection

    let provider: String
    let target: LocalTarget
    let cookies: [LoginCookie]
    /// Whether it came where browsers come.
    let isOfABrowser: Bool

    static var action: Action { .sessionCreate }
    var resource: Resource { Resource() }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        guard isOfABrowser else { return .failure(.peopleOnly) }
        switch Clearance.check(permit, receipt, for: WantedOperation(.sessionCreate)) {
        case .failure(let mismatch): return .failure(.internalError("\(mismatch)"))
        case .success: break
        }
        guard let provider = services.openID[provider] else {
            return .failure(.noOpenIDProvider(provider))
        }
        do throws(ProviderFault) {
            return .success(try await services.openID.begin(at: provider, to: target, cookies))
        } catch {
            return .failure(Problem(openID: error, of: provider))
        }
    }
}
