internal import Audit
internal import PKI
internal import Policy
internal import StrictJSON

extension Performer {
    /// Carries out an operation on agents or entries.
    func perform(
        _ command: IdentityCommand, _ permit: consuming Permit, _ receipt: consuming Receipt,
        _ now: Int64
    ) -> Performed {
        let operation = permit.operation
        let (result, detail) = self.result(of: command, permit, receipt, now)
        return performed(result, operation, detail)
    }

    /// What comes of it, on whichever lane.
    func result(
        of command: IdentityCommand, _ permit: consuming Permit, _ receipt: consuming Receipt,
        _ now: Int64
    ) -> (Result<Answer, Problem>, detail: [UInt8]?) {
        var detail: [UInt8]?
        let result: Result<Answer, Problem>
        switch command.kind {
        case .attest(let request):
            (result, detail) = attest(request, command.caller, permit, receipt, now)
        case .issue(let request):
            (result, detail) = issue(request, command.caller, permit, receipt, now)
        case .issueJWT(let request):
            (result, detail) = issue(request, command.caller, permit, receipt, now)
        case .updates:
            // An agent's are carried out in the slow lane.
            result = .failure(.notAnAgent)
        case .event:
            result =
                identity.agent(command.caller) == nil
                ? .failure(.notAnAgent) : .success(Answer(status: 200, json: Array("{}".utf8)))
        case .createEntry, .deleteEntry, .entry, .entries, .createToken:
            (result, detail) = manage(command.kind, permit, receipt, now)
        }
        return (result, detail)
    }

    private func attest(
        _ request: AgentRequest, _ caller: Principal, _ permit: consuming Permit,
        _ receipt: consuming Receipt, _ now: Int64
    ) -> (Result<Answer, Problem>, detail: [UInt8]?) {
        // An agent renews itself and nobody else; people and keys that policy trusts name any agent.
        if let id = caller.spiffeID, caller.kind == .service, id != request.csr.spiffeID {
            return (
                .failure(
                    .notYours("\(id) may not ask for the identity of \(request.csr.spiffeID)")),
                nil
            )
        }
        do throws(AgentRefusal) {
            let issued = try trustDomain.authority.issue(
                request.csr, toAgent: request.agent,
                proof: request.token.map { .joinToken($0) } ?? .principal,
                entries: identity.entries, ttlSeconds: ttlSeconds, permit: permit,
                receipt: receipt, nowNanoseconds: now)
            return (.success(Answer(status: 200, json: encode(issued))), self.detail(of: issued))
        } catch {
            return (.failure(problem(for: error)), nil)
        }
    }

    private func issue(
        _ request: EntryRequest, _ caller: Principal, _ permit: consuming Permit,
        _ receipt: consuming Receipt, _ now: Int64
    ) -> (Result<Answer, Problem>, detail: [UInt8]?) {
        guard let agent = identity.agent(caller) else { return (.failure(.notAnAgent), nil) }
        do throws(AgentRefusal) {
            let issued = try trustDomain.authority.issue(
                request.csr, entry: request.entry, agent: agent, entries: identity.entries,
                ttlSecondsDefault: ttlSeconds, permit: permit, receipt: receipt,
                nowNanoseconds: now)
            return (.success(Answer(status: 200, json: encode(issued))), self.detail(of: issued))
        } catch {
            return (.failure(problem(for: error)), nil)
        }
    }

    func problem(for refusal: AgentRefusal) -> Problem {
        switch refusal {
        case .pki(let error): Problem(error)
        case .entry(let refusal): .refused(refusal)
        }
    }
}

extension Problem {
    /// The route is for agents, by their own SVIDs.
    static let notAnAgent = Problem(
        status: 403, code: "not-an-agent", title: "not an agent",
        detail: "this path is for agents with an SVID spiffe://<trust domain>/agent/<name>")

    static func notYours(_ detail: String) -> Problem {
        Problem(status: 403, code: "another-agents", title: "another agent's", detail: detail)
    }

    static func refused(_ refusal: EntryRefusal) -> Problem {
        let code = refusal.code.replacing("_", with: "-")
        switch refusal {
        case .invalid(let detail): return .impossible(detail)
        case .unknown: return .notFound(refusal.message)
        case .notYours: return .notYours(refusal.message)
        case .exists:
            return Problem(status: 409, code: code, title: "entry exists", detail: refusal.message)
        case .full:
            return Problem(status: 409, code: code, title: "list is full", detail: refusal.message)
        case .unknownToken, .usedToken, .lateToken: return .joinRefused(refusal)
        case .unproven: return .internalError(refusal.message)
        case .storeFailed:
            return Problem(
                status: 503, code: code, title: "entries can't be kept", detail: refusal.message,
                retryAfterSeconds: 5)
        }
    }
}
