internal import Audit
internal import Auth
internal import Policy
internal import StrictJSON
internal import Text
internal import Time

/// What is open while somebody signs on: from where, and by what request.
struct SignOnRequest: Sendable {
    let plan: SessionPlan
    let address: IPAddress?
}

extension Services {
    /// Opens a session for whoever a name and a password are, by the word of a provider; whom nobody lets in waits for the answer.
    func signOn(
        _ attempt: PasswordAttempt, _ request: SignOnRequest, permit: consuming Permit,
        receipt: consuming Receipt
    ) async -> Result<MintedSession, Problem> {
        guard let provider = providers.taking(passwordsOf: attempt.provider) else {
            return .failure(.noPasswordProvider(attempt.provider, providers))
        }
        let begin = clocks.elapsed()
        let opened = await open(
            request, for: attempt, by: provider, permit: permit, receipt: receipt)
        if case .failure(let problem) = opened, problem.status != 401 { return opened }
        let hold = provider.pace.hold(from: begin, to: clocks.elapsed())
        if case .failure = opened { try? await Task.sleep(for: .nanoseconds(hold)) }
        return opened
    }

    private func open(
        _ request: SignOnRequest, for attempt: PasswordAttempt, by provider: any PasswordProvider,
        permit: consuming Permit, receipt: consuming Receipt
    ) async -> Result<MintedSession, Problem> {
        if let fault = attempt.fault { return .failure(Problem(fault, of: provider)) }
        let person: VouchedPerson
        do throws(ProviderFault) {
            person = try await provider.signOn(user: attempt.user, password: attempt.password)
        } catch {
            return .failure(Problem(error, of: provider))
        }
        return await open(request, for: person, by: provider, permit: permit, receipt: receipt)
    }

    /// Opens a session for somebody whom a provider vouches for, unless policy or a lock refuses them by name or group.
    func open(
        _ request: SignOnRequest, for person: VouchedPerson, by provider: any PersonProvider,
        permit: consuming Permit, receipt: consuming Receipt
    ) async -> Result<MintedSession, Problem> {
        do throws(ProviderFault) {
            let somebody = try SignedOn(person, by: provider)
            if let problem = refusal(of: somebody.principal, request) { return .failure(problem) }
            return await open(request, for: somebody, permit: permit, receipt: receipt)
        } catch {
            return .failure(Problem(error, of: provider))
        }
    }

    private func open(
        _ request: SignOnRequest, for somebody: SignedOn, permit: consuming Permit,
        receipt: consuming Receipt
    ) async -> Result<MintedSession, Problem> {
        do throws(AuthError) {
            // First, since who can't be named in the log gets no session.
            let holder = try people.persons.sealed(
                user: somebody.principal.id, for: "detail.holder")
            let made = try await sessions.create(
                request.plan, for: somebody, permit: permit, receipt: receipt,
                nowNanoseconds: clocks.wall())
            switch made {
            case .failure(let refusal): return .failure(Problem(refusal, .anonymous))
            case .success(var minted):
                await endSessions(minted.ended)
                minted.recorded = Self.detail(of: minted.session, holder)
                return .success(minted)
            }
        } catch {
            return .failure(Problem(error))
        }
    }

    /// Policy was asked about nobody; now that it is known who it is, it is asked about them.
    func refusal(of person: Principal, _ request: SignOnRequest) -> Problem? {
        let active = policies.current
        let decision = active.policy.decide(
            active.subject(for: person),
            Operation(action: .sessionCreate, resource: Resource(id: request.plan.id)),
            Context(nowNanoseconds: clocks.wall(), sourceIP: request.address))
        switch consume decision {
        case .allow: return nil
        case .deny(let refusal):
            guard refusal.isOfALock else { return .refused(refusal, principal: person) }
            return .signOnRefused("locked: \(refusal.reason)")
        }
    }

    private static func detail(of session: Session, _ holder: SealedText) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.raw("{\"holder\":")
        writer.raw(holder.encoded)
        writer.raw(",\"method\":")
        writer.string(session.proof.method.rawValue)
        writer.raw(",\"provider\":")
        writer.string(session.proof.provider ?? "")
        writer.raw("}")
        return writer.bytes
    }
}

extension Problem {
    /// Why a provider let nobody in: one answer for a name that is not there, a wrong password and a locked account.
    init(_ fault: ProviderFault, of provider: any PersonProvider) {
        switch fault {
        case .refused: self = .signOnRefused(fault.description)
        case .unavailable:
            self.init(
                status: 503, code: "provider-unavailable", title: "provider unavailable",
                detail: "\(provider.name) can't be asked now; try again later",
                retryAfterSeconds: 5)
            recorded = fault.description
        }
    }

    static func signOnRefused(_ recorded: String) -> Problem {
        var problem = Problem(
            status: 401, code: "sign-on-refused", title: "not signed on",
            detail: "the name or the password is wrong, or the account may not sign on")
        problem.recorded = recorded
        return problem
    }

    fileprivate static func noPasswordProvider(
        _ name: String?, _ providers: PersonProviders
    ) -> Problem {
        let known = providers.all.compactMap { $0 as? any PasswordProvider }.map(\.name)
        let hint =
            known.isEmpty
            ? "no provider that takes passwords is configured (auth.ldap)"
            : "those that take passwords: \(known.joined(separator: ", "))"
        guard let name else { return .impossible("$.provider: name one; \(hint)") }
        return .impossible("$.provider: \(quote(name)) takes no passwords; \(hint)")
    }
}
