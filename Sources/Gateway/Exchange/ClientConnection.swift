internal import Audit
internal import Auth
internal import NIOCore
internal import PKI
internal import Policy
internal import Wire

/// One client's connection: authenticates its peer once, then decides each of its requests.
final class ClientConnection: ConnectionHandler {
    private let lane: RequestLane
    private let core: GatewayCore
    private var connection: Connection?
    private var principal = Principal.anonymous
    private var client = ClientFacts()
    private var cached: Standing?

    /// The principal under one policy: what it may be judged by, and how records name it.
    private struct Standing {
        let active: ActivePolicy
        let subject: Subject
        let identity: IdentityFragment
    }

    init(lane: RequestLane) {
        self.lane = lane
        core = lane.core
    }

    func opened(_ connection: Connection) {
        self.connection = connection
        core.metrics.connectionsOpened.add()
        client = ClientFacts(connection)
        guard let peer = connection.tls?.peer as? VerifiedPeer else { return }
        switch core.authenticator.authenticate(peer) {
        case .success(let known): principal = known
        case .failure: principal = .anonymous
        }
        connection.expires(at: deadline(ofNanoseconds: peer.notAfterNanoseconds))
    }

    func closed() {
        guard connection != nil else { return }
        connection = nil
        core.metrics.connectionsClosed.add()
    }

    func receive(_ request: Request, stream: StreamID) {
        guard let connection else { return }
        let now = core.now()
        client.noteAgent(request)
        let standing = standing()
        let reply = Reply(
            connection: connection, stream: stream, request: requestID(of: request),
            identity: standing.identity)
        do throws(Problem) {
            let (route, command) = try core.routes.command(for: request)
            decide(route.action, command, standing, reply, now)
        } catch {
            core.metrics.malformed.add()
            submit(error, action: "http.request", standing, reply)
        }
    }

    func malformed(_ problem: WireProblem, stream: StreamID?) -> ProblemAnswer {
        core.metrics.malformed.add()
        let standing = standing()
        let answer = Problem(
            status: problem.status, code: problem.code, title: "malformed request",
            detail: problem.reason.description)
        let request = lane.newRequestID()
        guard let connection, let stream else {
            lane.submit(
                Self.record(answer, action: "http.request", standing, request), .nothing, nil)
            return .standard
        }
        let reply = Reply(
            connection: connection, stream: stream, request: request, identity: standing.identity)
        submit(answer, action: "http.request", standing, reply)
        return .deferred
    }

    /// Decides one operation and queues it behind its record.
    private func decide(
        _ action: Action, _ command: Command, _ standing: Standing, _ reply: Reply, _ now: Int64
    ) {
        let resource = command.resource
        let context = Context(nowNanoseconds: now, sourceIP: client.address)
        let decision = standing.active.policy.decide(
            standing.subject, Operation(action: action, resource: resource), context)
        switch consume decision {
        case .allow(let permit):
            core.metrics.allowed.add()
            let record = Record(
                kind: command.isChange ? .intent : .decision, request: reply.request,
                identity: standing.identity, action: action.name, resource: fields(resource),
                verdict: .allow, gate: permit.gate.rawValue, rule: permit.rule,
                policy: standing.active.fragment, status: command.isChange ? nil : 200,
                detail: command.intentDetail, decisionID: permit.decisionID)
            lane.submit(record, .perform(command, permit), reply)
        case .deny(let refusal):
            core.metrics.denied.add()
            let problem = Problem.refused(refusal, principal: principal)
            let record = Record(
                kind: .decision, request: reply.request, identity: standing.identity,
                action: action.name, resource: fields(resource), verdict: .deny,
                gate: refusal.gate.rawValue, rule: refusal.rule, reason: refusal.reason,
                policy: standing.active.fragment, status: problem.status,
                decisionID: refusal.decisionID)
            lane.submit(record, .refuse(problem), reply)
        }
    }

    private func submit(
        _ problem: Problem, action: String, _ standing: Standing, _ reply: Reply
    ) {
        lane.submit(
            Self.record(problem, action: action, standing, reply.request), .refuse(problem), reply)
    }

    private static func record(
        _ problem: Problem, action: String, _ standing: Standing, _ request: RequestID
    ) -> Record {
        Record(
            kind: .decision, request: request, identity: standing.identity, action: action,
            verdict: .deny, gate: "none", reason: "\(problem.code): \(problem.detail)",
            policy: standing.active.fragment, status: problem.status)
    }

    private func fields(_ resource: Resource) -> ResourceFields? {
        guard let service = resource.service else { return nil }
        return ResourceFields(service: service, namespace: resource.namespace, id: resource.id)
    }

    private func requestID(of request: Request) -> RequestID {
        request.withHeader(.xRequestID) { RequestID(validating: $0) }.flatMap { $0 }
            ?? lane.newRequestID()
    }

    /// The principal under the policy in force; made anew when the policy changes.
    ///
    /// Resolving a subject can take milliseconds under a large policy, so a client must not be able to ask for it at
    /// will: a changed `user-agent` only writes the record's fragment anew.
    private func standing() -> Standing {
        let active = core.policies.current
        let known = cached.flatMap { $0.active.epoch == active.epoch ? $0 : nil }
        if let known, !client.isChanged { return known }
        let subject = known?.subject ?? active.policy.subject(for: principal)
        client.isChanged = false
        let made = Standing(
            active: active, subject: subject,
            identity: IdentityFragment(
                principal: PrincipalFields(
                    kind: principal.kind.rawValue, id: principal.id,
                    auth: principal.authentication.rawValue, roles: subject.roles),
                client: client.fields))
        cached = made
        return made
    }

    private func deadline(ofNanoseconds moment: Int64) -> NIODeadline {
        .now() + .nanoseconds(max(0, moment - core.now()))
    }
}
