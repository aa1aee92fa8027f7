internal import Audit
internal import Auth
internal import NIOCore
internal import PKI
internal import Policy
internal import Wire

/// One client's HTTP connection: says who sends each request, what it asks, and hands it to the lane.
final class ClientConnection: ConnectionHandler {
    private let lane: FastLane
    private let core: GatewayCore
    let front: Front
    private let memory: CredentialMemory
    private let ends: CertificateEnds
    private(set) var connection: Connection?
    /// What waits on all connections of this one's client.
    private var account: RateMeters?
    /// Where this one is counted among its principal's; nil if it is not.
    private var counted: RateMeters?
    /// Whether its principal has as many as it may besides; then it is told so, and no more.
    private var isCrowded = false
    /// Answers that are being streamed.
    var streams = 0
    private var client = ClientFacts()
    private var standings: Standings
    /// What is in the slow lane, by the request's number.
    private var slowRuns: [Int32: SlowRun] = [:]

    init(lane: FastLane, front: Front, memory: CredentialMemory, ends: CertificateEnds) {
        self.lane = lane
        self.front = front
        self.memory = memory
        self.ends = ends
        core = lane.core
        standings = Standings(front, memory, core.rates)
    }

    func opened(_ connection: Connection) {
        self.connection = connection
        core.metrics.connectionsOpened.add()
        let now = core.now()
        client = ClientFacts(connection, core.rates, nowNanoseconds: now)
        account = client.rate
        guard let peer = connection.tls?.peer as? VerifiedPeer else { return }
        standings = Standings(
            front, memory, core.rates, certificate: peer, nowNanoseconds: now)
        account = standings.peerRate ?? account
        ends.add(connection, endNanoseconds: peer.notAfterNanoseconds)
        count(connection)
    }

    func queued(_ change: Int) { account?.queue(change) }

    func closed() {
        guard let connection else { return }
        ends.remove(connection)
        self.connection = nil
        counted?.close()
        counted = nil
        core.metrics.connectionsClosed.add()
        for run in slowRuns.values { run.interrupt(.clientGone) }
        slowRuns = [:]
    }

    func abandoned(stream: StreamID) {
        slowRuns.removeValue(forKey: stream.value)?.interrupt(.clientGone)
    }

    /// Matches the row, says who asks, decodes: so nobody unknown has anything parsed but the path.
    func receive(_ request: Request, stream: StreamID) {
        guard connection != nil else { return }
        let now = core.now()
        client.noteAgent(request)
        let active = core.policies.current
        do throws(Front.Unmatched) {
            let row = try front.match(request)
            switch standings.standing(of: request, client, active, nowNanoseconds: now) {
            case .success(let standing):
                let asker = asker(standing, request)
                let reply = reply(to: asker, stream, row.table.problems)
                if isCrowded { return refuseCrowded(row.route.action.name, asker, reply) }
                if let overrun = standing.rate?.take(row.route.action, at: now) {
                    return refuse(overrun, row.route.action.name, asker, reply)
                }
                do throws(Problem) {
                    let call = try front.decode(request, as: row)
                    if case .slow(let call) = call { prove(call, request) }
                    lane.take(call, by: asker, reply, nowNanoseconds: now)
                } catch {
                    refuse(error, asker, reply)
                }
            case .failure(let refusal):
                let asker = asker(standings.nobody(client, active), request)
                let reply = reply(to: asker, stream, row.table.problems)
                if let overrun = asker.standing.rate?.take(nil, at: now) {
                    return refuse(overrun, row.route.action.name, asker, reply)
                }
                refuse(refusal, row.route.action, asker, reply)
            }
        } catch {
            let known = standings.standing(of: request, client, active, nowNanoseconds: now)
            let standing = (try? known.get()) ?? standings.nobody(client, active)
            let asker = asker(standing, request)
            let reply = reply(to: asker, stream, error.problems)
            if let overrun = standing.rate?.take(nil, at: now) {
                return refuse(overrun, Deciding.requestAction, asker, reply)
            }
            refuse(error.problem, asker, reply)
        }
    }

    func malformed(_ problem: WireProblem, stream: StreamID?) -> ProblemAnswer {
        let standing = standings.peerOrNobody(client, core.policies.current)
        let answer = Problem(
            status: problem.status, code: problem.code, title: "malformed request",
            detail: problem.reason.description)
        let asker = Asker(
            standing: standing, address: client.address, request: lane.newRequestID())
        guard connection != nil, let stream else {
            core.metrics.malformed.add()
            lane.submit(Deciding.record(of: answer, by: asker), .nothing, nil)
            return .standard
        }
        let reply = reply(to: asker, stream, front.problems)
        if !isOfAStranger, let overrun = standing.rate?.take(nil, at: core.now()) {
            refuse(overrun, Deciding.requestAction, asker, reply)
        } else if !isOfAStranger, problem.status == 408 {
            unfinished(answer, asker, reply)
        } else {
            refuse(answer, asker, reply)
        }
        return .deferred
    }

    private func refuse(_ problem: Problem, _ asker: Asker, _ reply: Reply) {
        core.metrics.malformed.add()
        guard mayRecord(problem, Deciding.requestAction, .none) else {
            return lane.refuseUnrecorded(problem, reply)
        }
        lane.submit(Deciding.record(of: problem, by: asker), .refuse(problem), reply)
    }

    /// A request that somebody known began and left asked for nothing: beyond a few it is counted, like what is over a rate.
    private func unfinished(_ problem: Problem, _ asker: Asker, _ reply: Reply) {
        core.metrics.malformed.add()
        let kind = RefusalKind(
            action: Deciding.requestAction, gate: Gate.none.rawValue, code: problem.code,
            status: problem.status)
        core.noise.limited(kind, asker.standing.subject.principal) {
            Deciding.record(of: problem, by: asker)
        }
        lane.refuseUnrecorded(problem, reply)
    }

    /// What somebody unknown gets wrong is counted beyond his quota; what he signs on with is not.
    private func mayRecord(_ problem: Problem, _ action: String, _ gate: Gate) -> Bool {
        guard isOfAStranger, action != Action.sessionCreate.name else { return true }
        return core.noise.mayRecord(
            RefusalKind(
                action: action, gate: gate.rawValue, code: problem.code, status: problem.status),
            of: client.address.map(ClientSource.init))
    }

    /// Whether nobody has shown who he is on this connection.
    private var isOfAStranger: Bool { connection?.tls?.peer == nil }

    /// A credential that is no good is refused, whatever else the connection has.
    private func refuse(
        _ refusal: AuthRefusal, _ action: Action, _ asker: Asker, _ reply: Reply
    ) {
        core.metrics.denied.add()
        let problem = Problem.notAuthenticated(refusal.answer, recorded: refusal.reason)
        guard mayRecord(problem, action.name, .authn) else {
            return lane.refuseUnrecorded(problem, reply)
        }
        lane.submit(
            Deciding.record(of: problem, by: asker, action: action.name, gate: .authn),
            .refuse(problem), reply)
    }

    /// Answers at once: what is over its rate costs no sync, and its client no more than this answer.
    @inline(never)
    private func refuse(
        _ overrun: RateOverrun, _ action: String, _ asker: Asker, _ reply: Reply
    ) {
        core.metrics.limited.add()
        let problem = Problem.tooMany(overrun)
        let kind = RefusalKind(
            action: action, gate: Gate.none.rawValue, code: problem.code, status: problem.status)
        let record = { Deciding.record(of: problem, by: asker, action: action) }
        switch overrun.scope {
        case .principal:
            core.noise.limited(kind, asker.standing.subject.principal, record: record)
        case .source:
            core.noise.refused(kind, of: client.address.map(ClientSource.init), record: record)
        }
        lane.refuseUnrecorded(problem, reply)
    }

    /// Counts a connection among its principal's, or gives it a moment to be told that there are too many.
    private func count(_ connection: Connection) {
        guard let rate = standings.peerRate else { return }
        guard !rate.open(most: core.rates.connectionsPerPrincipal) else {
            counted = rate
            return
        }
        isCrowded = true
        connection.eventLoop?.assumeIsolated().scheduleTask(in: ConnectionLimits.crowdedTime) {
            [weak connection] in connection?.drain(within: ConnectionLimits.crowdedDrainTime)
        }
    }

    /// Answers at once, like what is over a rate, and ends the connection.
    @inline(never)
    private func refuseCrowded(_ action: String, _ asker: Asker, _ reply: Reply) {
        core.metrics.limited.add()
        let problem = Problem.tooManyConnections(most: core.rates.connectionsPerPrincipal)
        let kind = RefusalKind(
            action: action, gate: Gate.none.rawValue, code: problem.code, status: problem.status)
        core.noise.limited(kind, asker.standing.subject.principal) {
            Deciding.record(of: problem, by: asker, action: action)
        }
        lane.refuseUnrecorded(problem, reply)
        // Once this request has been read and its answer has been sent.
        connection?.eventLoop?.assumeIsolated().execute { [weak connection] in
            connection?.drain(within: ConnectionLimits.crowdedDrainTime)
        }
    }

    @inline(__always)
    private func asker(_ standing: Standing, _ request: Request) -> Asker {
        Asker(standing: standing, address: client.address, request: requestID(of: request))
    }

    @inline(__always)
    private func reply(
        to asker: Asker, _ stream: StreamID, _ problems: @escaping ProblemEncoder
    ) -> Reply {
        Reply(
            target: self, token: stream.value,
            asker: RequestAsker(request: asker.request, identity: asker.standing.identity),
            problems: problems)
    }

    private func requestID(of request: Request) -> RequestID {
        request.withHeader(.xRequestID) { RequestID(validating: $0) }.flatMap { $0 }
            ?? lane.newRequestID()
    }
}

extension ClientConnection: ReplyTarget {
    var isActive: Bool { connection?.isActive ?? false }

    func started(_ run: SlowRun, for reply: Reply) { slowRuns[reply.token] = run }

    func answer(_ answer: Answer, _ receipt: ReceiptText, to reply: Reply) {
        if answer.body.count >= RateLimits.longAnswerBytes,
            account?.mayQueue(answer.body.count) == false
        {
            return self.answer(reply.problems(.answersNotTaken, nil), receipt, to: reply)
        }
        noteAnswered(reply)
        var response = Response(
            status: answer.status,
            contentType: !answer.body.isEmpty ? answer.contentType : nil,
            body: answer.body)
        response.audit = receipt.text
        response.requestID = ShortText(reply.asker.request)
        if answer.status == 401 { response.fields.append(.init("www-authenticate", "Bearer")) }
        if let allow = answer.allow { response.fields.append(.init("allow", allow)) }
        if let seconds = answer.retryAfterSeconds {
            response.fields.append(.init("retry-after", String(seconds)))
        }
        if let overrun = answer.overrun {
            response.fields.append(.init("ratelimit-policy", overrun.policyField))
            response.fields.append(.init("ratelimit", overrun.stateField))
        }
        connection?.respond(response, on: StreamID(reply.token))
        // So that what waits is known before the next long answer of the same batch.
        if answer.body.count >= RateLimits.longAnswerBytes { connection?.flush() }
    }

    @inline(__always)
    func noteAnswered(_ reply: Reply) {
        if !slowRuns.isEmpty { slowRuns[reply.token] = nil }
    }

    func flush() { connection?.flush() }
}
