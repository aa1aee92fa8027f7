internal import Audit
internal import Auth
internal import Policy
internal import StrictJSON

/// Opens a session for whoever comes back from a provider with its word.
struct FinishOpenIDLogin: CredentialOperation {
    struct Success: Sendable {
        let minted: MintedSession
        let target: LocalTarget
        /// Takes the login cookie away.
        let cleared: [String]
    }

    let provider: String
    let answer: CallbackAnswer
    let cookies: [LoginCookie]
    /// Whether it came where browsers come.
    let isOfABrowser: Bool
    let plan = SessionPlan()

    static var action: Action { .sessionCreate }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: plan.id) }

    func report(of success: Success) -> OutcomeReport {
        OutcomeReport(status: 303, detail: success.minted.recorded)
    }

    /// Which provider is asked; one that there is not is not named.
    func intentDetail(_ shown: Shown, in services: Services) -> [UInt8]? {
        guard let provider = services.openID[provider] else { return nil }
        var writer = JSONWriter(capacity: 64)
        writer.raw("{\"provider\":")
        writer.string(provider.name)
        writer.raw("}")
        return writer.bytes
    }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        guard isOfABrowser else { return .failure(.peopleOnly) }
        guard let provider = services.openID[provider] else {
            return .failure(.noOpenIDProvider(provider))
        }
        let ticket: LoginTicket
        do throws(CallbackRefusal) {
            ticket = try services.openID.take(answer, cookies, of: provider)
        } catch {
            return .failure(Problem(error))
        }
        let cleared = cookies.filter { $0.name == ticket.name.text }.map(\.cleared)
        let grant: RefreshVault.Grant
        do {
            grant = try await services.openID.redeem(answer, of: ticket, at: provider)
        } catch {
            var problem = Problem(openID: error, of: provider)
            problem.further.setCookies = cleared
            return .failure(problem)
        }
        let opened = await services.open(
            SignOnRequest(plan: plan, address: shown.address), for: grant.person, by: provider,
            permit: permit, receipt: receipt)
        switch opened {
        case .success(let minted):
            provider.keep(grant, for: plan.id)
            return .success(Success(minted: minted, target: ticket.target, cleared: cleared))
        case .failure(var problem):
            problem.further.setCookies = cleared
            return .failure(problem)
        }
    }
}
