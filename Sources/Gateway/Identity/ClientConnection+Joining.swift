internal import Audit
internal import PKI
internal import Policy

extension IdentityCommand {
    /// The join token that the command itself is proved by, if it carries one.
    var joinToken: String? {
        guard case .attest(let request) = kind else { return nil }
        return request.token
    }
}

extension ClientConnection {
    /// Decides a command as the agent whose join token it carries, whoever else the request comes from.
    ///
    /// The token speaks for this one command only. It is used up when the command is carried out, after its record.
    func join(
        _ route: Route, _ command: IdentityCommand, _ token: String, _ reply: Reply, _ now: Int64
    ) throws(Problem) {
        let desk = core.performer.identity
        let agent: String
        switch desk.entries.agent(ofToken: token, nowNanoseconds: now) {
        case .success(let name): agent = name
        case .failure(let refusal): throw .joinRefused(refusal)
        }
        let id = AgentNames.spiffeID(agent, trustDomain: desk.trustDomain)
        let principal = Principal(
            kind: .service, id: id?.description ?? agent, authentication: .joinToken, spiffeID: id)
        let active = core.policies.current
        let standing = Standing(
            active: active, subject: active.policy.subject(for: principal), client: client.fields,
            subjects: core.subjects)
        let own = Reply(
            connection: reply.connection, stream: reply.stream, request: reply.request,
            identity: standing.identity)
        decide(
            route, command.bound(to: principal, desk).command(core.performer), standing, own, now)
    }
}

extension Problem {
    /// A join token that proves nothing.
    static func joinRefused(_ refusal: EntryRefusal) -> Problem {
        Problem(
            status: 401, code: refusal.code.replacing("_", with: "-"), title: "not authenticated",
            detail: refusal.message)
    }
}
