internal import Audit
internal import Auth
internal import Policy
internal import Time

/// Opens a session for a program whose sign-on a person has confirmed (RFC 8628 section 3.4); once.
struct RedeemDevice: CredentialOperation {
    typealias Success = MintedSession

    let plan = SessionPlan()
    /// Nil for what is no such code.
    let code: SecretText?
    /// What a browser brought the program that waited for it.
    let brought: String?

    static var action: Action { .sessionCreate }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: plan.id) }

    func report(of made: Success) -> OutcomeReport {
        OutcomeReport(status: 200, detail: made.recorded)
    }

    /// Who asks before a person has confirmed changes nothing, so there is no intent of it.
    func fault(_ shown: Shown, in services: Services) -> Problem? {
        guard let code else { return .deviceUnknown }
        return Problem(services.devices.poll(code, bringing: brought))
    }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        guard let code, let request = services.devices.take(code, bringing: brought) else {
            return .failure(.deviceUnknown)
        }
        let signOn = SignOnRequest(plan: plan, address: shown.address)
        switch request.verdict {
        case .approved(let session):
            return await services.open(
                signOn, of: session, for: request, permit: permit, receipt: receipt)
        case .vouched:
            return await services.open(
                signOn, vouchedFor: request, permit: permit, receipt: receipt)
        case .none, .denied: return .failure(.deviceUnknown)
        }
    }
}

extension Services {
    /// Opens a session for a program whose person confirmed it at their provider.
    fileprivate func open(
        _ request: SignOnRequest, vouchedFor device: DeviceRequest, permit: consuming Permit,
        receipt: consuming Receipt
    ) async -> Result<MintedSession, Problem> {
        guard let (provider, grant) = devices.atProviders.take(device.wish.id) else {
            return .failure(.deviceUnknown)
        }
        let opened = await open(
            request, for: grant.person, by: provider, permit: permit, receipt: receipt)
        switch opened {
        case .success(let minted):
            provider.keep(grant, for: minted.session.id)
            return .success(minted)
        case .failure(let problem):
            return .failure(
                .deviceRefused("\(problem.code): \(problem.recorded ?? problem.detail)"))
        }
    }

    /// Opens a session for a program, of the session by which its person confirmed it, unless policy or a lock refuses them now.
    fileprivate func open(
        _ request: SignOnRequest, of session: String, for device: DeviceRequest,
        permit: consuming Permit, receipt: consuming Receipt
    ) async -> Result<MintedSession, Problem> {
        let now = clocks.wall()
        guard let found = sessions.derivable(session, nowNanoseconds: now) else {
            return .failure(.deviceUnvouched)
        }
        if let problem = refusal(of: found.holder, request) {
            return .failure(
                .deviceRefused("\(problem.code): \(problem.recorded ?? problem.detail)"))
        }
        do throws(AuthError) {
            // First, since who can't be named in the log gets no session.
            let holder = try people.named(found.holder, for: "detail.holder")
            let made = try await sessions.create(
                request.plan, of: session, permit: permit, receipt: receipt, nowNanoseconds: now)
            switch made {
            case nil: return .failure(.deviceUnvouched)
            case .failure(let refusal): return .failure(Problem(refusal, .anonymous))
            case .success(var minted):
                await endSessions(minted.ended)
                if let name = minted.session.proof.provider {
                    providers[name]?.share(session: session, with: minted.session.id)
                }
                minted.recorded = DeviceRecord.redeemed(minted.session, by: holder, device)
                return .success(minted)
            }
        } catch {
            return .failure(Problem(error))
        }
    }
}
