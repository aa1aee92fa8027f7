internal import Audit
internal import Auth
internal import Policy
internal import Proofs
internal import SAML
internal import StrictJSON
internal import Text

/// Sends a browser to a SAML provider, to come back with its word.
struct BeginSAMLLogin: CredentialOperation {
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
        guard let provider = services.saml[provider] else {
            return .failure(.noSAMLProvider(provider))
        }
        do throws(ProviderFault) {
            return .success(try await services.saml.begin(at: provider, to: target, cookies))
        } catch {
            return .failure(Problem(saml: error, of: provider))
        }
    }
}

/// Opens a session for whoever comes back from a SAML provider with its word.
struct FinishSAMLLogin: CredentialOperation {
    struct Success: Sendable {
        let minted: MintedSession
        let target: LocalTarget
        /// Takes the login cookie away.
        let cleared: [String]
    }

    let provider: String
    /// The form's `SAMLResponse`.
    let response: [UInt8]
    let relayState: String?
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
        guard let provider = services.saml[provider] else { return nil }
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
        guard let provider = services.saml[provider] else {
            return .failure(.noSAMLProvider(provider))
        }
        let ticket: LoginTicket
        do throws(CallbackRefusal) {
            ticket = try services.saml.take(relayState, cookies, of: provider)
        } catch {
            return .failure(Problem(error))
        }
        let cleared = cookies.filter { $0.name == ticket.name.text }.map(\.cleared)
        let arrived: (person: VouchedPerson, name: LogoutVault.Name)
        do {
            arrived = try await services.saml.redeem(response, of: ticket, at: provider)
        } catch {
            var problem = Problem(saml: error, of: provider)
            problem.further.setCookies = cleared
            return .failure(problem)
        }
        let opened = await services.open(
            SignOnRequest(plan: plan, address: shown.address), for: arrived.person, by: provider,
            permit: permit, receipt: receipt)
        switch opened {
        case .success(let minted):
            provider.keep(arrived.name, for: minted.session.id)
            return .success(Success(minted: minted, target: ticket.target, cleared: cleared))
        case .failure(var problem):
            problem.further.setCookies = cleared
            return .failure(problem)
        }
    }
}

/// Tells a SAML provider's people what to enter there: how it knows us, and where it sends its responses.
struct ReadSAMLMetadata: SlowOperation {
    let provider: String

    struct Success: Sendable {
        let document: String
    }

    static var action: Action { .sessionCreate }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        switch Clearance.check(permit, receipt, for: WantedOperation(.sessionCreate)) {
        case .failure(let mismatch): return .failure(.internalError("\(mismatch)"))
        case .success: break
        }
        guard let provider = services.saml[provider] else {
            return .failure(.noSAMLProvider(provider))
        }
        return .success(
            Success(
                document: OwnMetadata.document(
                    entityID: services.saml.entityID(at: provider),
                    assertionConsumer: services.saml.consumer(of: provider),
                    singleLogout: services.saml.singleLogout(of: provider),
                    certificates: provider.own.certificates, signsRequests: provider.key != nil)))
    }
}

extension Problem {
    /// Why a SAML provider's word lets nobody in; what was wrong with it is for the record only.
    init(saml error: any Error, of provider: SAMLProvider) {
        switch error {
        case let refusal as CallbackRefusal: self.init(refusal)
        case let refusal as SAMLRefusal where refusal.isMalformed:
            self = .malformed("the message is no SAML message that is taken here")
            recorded = "\(refusal.code): \(refusal)"
        case let refusal as SAMLRefusal:
            self = .samlRefused("\(refusal.code): \(refusal)", provider)
        case let fault as ProviderFault:
            if case .refused = fault {
                self = .samlRefused(fault.description, provider)
            } else {
                self.init(fault, of: provider)
            }
        case let error as AuditError: self = .unrecorded(error)
        case let error as AuthError: self.init(error)
        default: self = .internalError("\(error)")
        }
    }

    private static func samlRefused(_ recorded: String, _ provider: SAMLProvider) -> Problem {
        var problem = Problem(
            status: 403, code: "sign-on-refused", title: "not signed on",
            detail: "what \(provider.name) says lets nobody in")
        problem.recorded = recorded
        return problem
    }

    static func noSAMLProvider(_ name: String) -> Problem {
        .notFound("no such provider: \(quote(name)); auth.saml names them")
    }
}
