internal import Audit
internal import Auth
internal import NIOCore
internal import PKI
internal import Policy
internal import Wire

/// One client's connection: authenticates its peer once, then decides each of its requests.
///
/// A request that presents a credential acts as the credential's principal (`ClientConnection+Credentials.swift`); all
/// others act as the certificate's, or as nobody.
final class ClientConnection: ConnectionHandler {
    let lane: RequestLane
    let core: GatewayCore
    let listener: ListenerKind
    private let open: LoopConnections
    private(set) var connection: Connection?
    private(set) var principal = Principal.anonymous
    var client = ClientFacts()
    private var cached: Standing?
    var remembered = RememberedCredentials()
    /// When the client's certificate became valid; nil without one.
    private var certificateStart: Int64?

    init(lane: RequestLane, listener: ListenerKind, among open: LoopConnections) {
        self.lane = lane
        self.listener = listener
        self.open = open
        core = lane.core
    }

    func opened(_ connection: Connection) {
        self.connection = connection
        open.add(self)
        core.metrics.connectionsOpened.add()
        client = ClientFacts(connection)
        guard let peer = connection.tls?.peer as? VerifiedPeer else { return }
        switch core.authenticator.authenticate(peer) {
        case .success(let known): principal = known
        case .failure: principal = .anonymous
        }
        certificateStart = peer.notBeforeNanoseconds
        connection.expires(at: deadline(ofNanoseconds: peer.notAfterNanoseconds))
    }

    func closed() {
        guard connection != nil else { return }
        connection = nil
        open.remove(self)
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
        if request.presentsCredential {
            return authenticate(request, standing, reply, now)
        }
        proceed(request, standing, reply, now)
    }

    /// Decodes and decides a request whose principal is known.
    func proceed(_ request: Request, _ standing: Standing, _ reply: Reply, _ now: Int64) {
        do throws(Problem) {
            let (route, decoded) = try core.routes.command(for: request, on: listener)
            var command = try decoded.completed(
                by: standing.subject.principal, core.performer)
            if case .identity(let identity) = command {
                let bound = identity.bound(to: standing.subject.principal, core.performer.identity)
                if let token = bound.joinToken {
                    return try join(route, bound, token, reply, now)
                }
                command = bound.command(core.performer)
            }
            decide(route, command, standing, reply, now)
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
    func decide(
        _ route: Route, _ command: Command, _ standing: Standing, _ reply: Reply, _ now: Int64
    ) {
        let command = command.bound(to: standing, core)
        let resource = command.resource
        let action = route.action
        let context = Context(
            nowNanoseconds: now, sourceIP: client.address,
            authenticationStrength: certificateStart == nil ? nil : .certificate,
            certificateAgeNanoseconds: certificateStart.map { max(0, now - $0) },
            isPublic: route.isPublic)
        let decision = standing.decide(Operation(action: action, resource: resource), context)
        switch consume decision {
        case .allow(let permit):
            core.metrics.allowed.add()
            let detail = command.intentDetail
            let record = Record(
                kind: command.isChange ? .intent : .decision, request: reply.request,
                identity: standing.identity, action: action.name,
                resource: ResourceFields(resource, withTags: detail == nil),
                verdict: .allow, gate: permit.gate.rawValue, rule: permit.rule,
                policy: standing.active.fragment, status: command.isChange ? nil : 200,
                detail: detail ?? permit.shadow?.detail, decisionID: permit.decisionID)
            if command.isChange, let shadow = permit.shadow {
                noteShadow(shadow, action, resource, standing, reply)
            }
            lane.submit(record, .perform(command, permit), reply)
        case .deny(let refusal):
            core.metrics.denied.add()
            let problem = Problem.refused(refusal, principal: standing.subject.principal)
            let record = Record(
                kind: .decision, request: reply.request, identity: standing.identity,
                action: action.name,
                resource: ResourceFields(resource, withTags: true), verdict: .deny,
                gate: refusal.gate.rawValue, rule: refusal.rule, reason: refusal.reason,
                policy: standing.active.fragment, status: problem.status,
                detail: refusal.shadow?.detail, decisionID: refusal.decisionID)
            lane.submit(record, .refuse(problem), reply)
        }
    }

    /// A change's own record holds what is changed, so its shadow outcome is a record beside it.
    private func noteShadow(
        _ shadow: ShadowOutcome, _ action: Action, _ resource: Resource, _ standing: Standing,
        _ reply: Reply
    ) {
        lane.note(
            Record(
                kind: .system, request: reply.request, identity: standing.identity,
                action: "policy.shadow", resource: ResourceFields(resource), reason: action.name,
                policy: standing.active.fragment, detail: shadow.detail))
    }

    func submit(
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
            active: active, subject: subject, client: client.fields, subjects: core.subjects)
        cached = made
        return made
    }

    private func deadline(ofNanoseconds moment: Int64) -> NIODeadline {
        .now() + .nanoseconds(max(0, moment - core.now()))
    }
}
