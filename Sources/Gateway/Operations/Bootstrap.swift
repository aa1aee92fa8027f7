internal import Audit
internal import Auth
internal import Policy
internal import Time

/// Lets the first person in: by the one-time token of the first start, or by an operator's certificate, which spends that token.
struct Bootstrap: CredentialOperation {
    typealias Success = MintedSession

    let plan = SessionPlan()
    /// What was sent for the token; nil where the certificate is to speak.
    let token: [UInt8]?
    let isCookie: Bool

    static var action: Action { .sessionCreate }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: plan.id) }

    func report(of made: Success) -> OutcomeReport { OutcomeReport(status: 201) }

    /// Names the token that is spent; one that is no good is not named, whatever it is.
    func intentDetail(_ shown: Shown, in services: Services) -> [UInt8]? {
        token.flatMap {
            services.sessions.bootstrapTokens.id(
                ofGood: $0, nowNanoseconds: services.clocks.wall())
        }.map { BootstrapTokens.detail(spending: $0) }
    }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        guard let token else {
            guard case .certificate? = shown.credential else {
                return .failure(Problem(.noProof, shown.caller))
            }
            let made = await OpenSession(plan: plan, isCookie: isCookie, spendsBootstrap: true).act(
                by: shown, permit: permit, receipt: receipt, in: services)
            if case .success = made { services.bootstrapFile.remove() }
            return made
        }
        do throws(AuthError) {
            let made = try await services.sessions.bootstrap(
                plan, with: token, permit: permit, receipt: receipt,
                nowNanoseconds: services.clocks.wall())
            if case .success = made { services.bootstrapFile.remove() }
            return made.mapError { Problem($0, shown.caller) }
        } catch {
            return .failure(Problem(error))
        }
    }
}

/// Makes all void that came of the bootstrap, its sessions and its keys, and a new token.
struct ResetBootstrap: CredentialOperation {
    struct Success: Sendable {
        let token: SecretText
        let endsNanoseconds: Int64
    }

    static var action: Action { .sessionRevoke }
    static var isChange: Bool { true }
    var resource: Resource { Resource() }

    func intentDetail(_ shown: Shown, in services: Services) -> [UInt8]? {
        shown.caller.kind == .operator ? BootstrapTokens.resetDetail : nil
    }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        // The answer makes an operator of whoever has it, so only an operator gets it.
        guard shown.caller.kind == .operator else { return .failure(.operatorsOnly) }
        do throws(AuthError) {
            let reset = try await services.sessions.resetBootstrap(
                seconds: services.bootstrapFile.seconds, permit: permit, receipt: receipt,
                nowNanoseconds: services.clocks.wall())
            services.bootstrapFile.remove()
            let reason = "the bootstrap was reset"
            await services.endSessions(reset.ended)
            _ = await services.live.end(
                all: { services.sessions.isBootstrapped($0) }, calls: true, because: reason)
            return .success(Success(token: reset.token, endsNanoseconds: reset.endsNanoseconds))
        } catch {
            return .failure(Problem(error))
        }
    }
}

extension Problem {
    fileprivate static let operatorsOnly = Problem(
        status: 403, code: "operators-only", title: "operators only",
        detail: "only an operator resets the bootstrap")
}
