internal import Audit
internal import Auth
internal import Policy
internal import Proofs

/// Gives a program that has no browser the codes by which a person confirms its sign-on (RFC 8628 section 3.1).
struct AskDevice: CredentialOperation {
    struct Success: Sendable {
        let code: SecretText
        let request: DeviceRequest
        /// Where a person types the code.
        let page: String
        /// What a provider gave, where the person confirms there.
        var given: DeviceAuthorization?
    }

    let wish: DeviceWish
    /// Whether it came where people sign on.
    let isOfPeople: Bool

    static var action: Action { .sessionCreate }
    var resource: Resource { Resource(id: wish.id) }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        guard isOfPeople else { return .failure(.devicesOfPeopleOnly) }
        switch Clearance.check(
            permit, receipt, for: WantedOperation(.sessionCreate, id: wish.id))
        {
        case .failure(let mismatch): return .failure(.internalError("\(mismatch)"))
        case .success: break
        }
        if let name = wish.provider, services.providers[name] == nil {
            return .failure(.noDeviceProvider(name, services.providers))
        }
        if wish.isAtProvider { return await begin(by: shown, in: services) }
        switch services.devices.ask(wish, from: shown.address) {
        case .failure(let refusal): return .failure(Problem(refusal))
        case .success(let made):
            return .success(
                Success(code: made.code, request: made.request, page: services.devices.page))
        }
    }

    /// Asks the provider for codes; ours is shown to nobody then.
    private func begin(by shown: Shown, in services: Services) async -> Result<Success, Problem> {
        guard let provider = services.openID[wish.provider ?? ""], provider.settings.takesDevices
        else { return .failure(.noDevicesThere(wish.provider, services.openID)) }
        if let refusal = services.devices.refusal(from: shown.address) {
            return .failure(Problem(refusal))
        }
        guard services.devices.atProviders.hasRoom else {
            return .failure(Problem(DeviceRefusal.full(.all)))
        }
        let given: DeviceAuthorization
        do throws(ProviderFault) {
            given = try await provider.beginDevice()
        } catch {
            return .failure(Problem(openID: error, of: provider))
        }
        switch services.devices.ask(wish, from: shown.address, lifeSeconds: given.lifeSeconds) {
        case .failure(let refusal): return .failure(Problem(refusal))
        case .success(let made):
            guard services.devices.atProviders.keep(given, at: provider, for: made.request) else {
                return .failure(Problem(DeviceRefusal.full(.all)))
            }
            return .success(
                Success(code: made.code, request: made.request, page: given.page, given: given))
        }
    }
}
