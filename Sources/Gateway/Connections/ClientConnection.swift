internal import Audit
internal import Auth
internal import NIOCore
internal import PKI
internal import Policy
internal import Wire

/// One client's HTTP connection: says who sends each request, what it asks, and hands it to the lane.
final class ClientConnection: ConnectionHandler {
    let lane: FastLane
    let core: GatewayCore
    let front: Front
    private let ends: CertificateEnds
    let live: LiveConnections
    /// For whom it is known to be live, and the standing of them that was seen last.
    var owners: ContiguousArray<LiveOwner> = []
    var noted: Standing?
    private(set) var connection: Connection?
    /// What waits on all connections of this one's client.
    var account: RateMeters?
    /// Where this one is counted among its principal's; nil if it is not.
    var counted: RateMeters?
    /// Whether its principal has as many as it may besides; then it is told so, and no more.
    var isCrowded = false
    /// Whether the peer has shown who it is, by its certificate or by a good credential.
    var isProven = false
    /// Bytes of answers that wait on this connection.
    var queuedBytes = 0
    /// Answers that are being streamed.
    var streams = 0
    private var client = ClientFacts()
    var clientAddress: IPAddress? { client.address }
    var isBehindProxy: Bool { client.isOfAProxy }
    let standings: Standings
    /// How often it was suspended, and not resumed.
    var suspensions = 0
    /// What is in the slow lane, by the request's number.
    var slowRuns: [Int32: SlowRun] = [:]
    /// The renewals of leases that came over it.
    private var renewals: [InstanceName: RecordSeries] = [:]
    /// What quotas of credentials said of requests that are not answered yet, by the request's number.
    var quotas: [Int32: QuotaReading] = [:]

    init(
        lane: FastLane, front: Front, memory: CredentialMemory, ends: CertificateEnds,
        live: LiveConnections
    ) {
        self.live = live
        self.lane = lane
        self.front = front
        self.ends = ends
        core = lane.core
        standings = Standings(front, memory, core)
    }

    func series(of instance: InstanceName) -> RecordSeries? {
        if let known = renewals[instance] { return known }
        if renewals.count >= PipelineLimits.seriesMax, let other = renewals.keys.first {
            renewals[other] = nil
        }
        let begun = RecordSeries()
        renewals[instance] = begun
        return begun
    }

    func opened(_ connection: Connection) {
        self.connection = connection
        core.metrics.connectionsOpened.add()
        let now = core.now()
        client = ClientFacts(
            connection, core.rates, behind: front.proxies, nowNanoseconds: now)
        account = client.rate
        guard let peer = connection.tls?.peer as? VerifiedPeer else { return }
        let certificateOwners = standings.show(peer, nowNanoseconds: now)
        isProven = true
        ends.add(connection, endNanoseconds: peer.notAfterNanoseconds)
        take(standings.peerRate)
        if let principal = standings.peerPrincipal { note(principal) }
        note(certificateOwners)
        // Revoked between its verdict and now: whoever revokes changes the trust first, and then goes round what is live.
        if core.verifier.refusal(of: peer, isResumed: connection.tls?.isResumed == true) != nil {
            cut()
        }
    }

    func queued(_ change: Int) {
        queuedBytes &+= change
        account?.queue(change)
    }

    func closed() {
        guard let connection else { return }
        live.remove(self, of: owners)
        owners = []
        ends.remove(connection)
        self.connection = nil
        counted?.close()
        counted = nil
        core.metrics.connectionsClosed.add()
        for run in slowRuns.values { run.interrupt(.clientGone) }
        slowRuns = [:]
        quotas = [:]
    }

    func abandoned(stream: StreamID) {
        if !quotas.isEmpty { quotas[stream.value] = nil }
        slowRuns.removeValue(forKey: stream.value)?.interrupt(.clientGone)
    }

    /// Matches the row, says who asks, decodes: so nobody unknown has anything parsed but the path.
    func receive(_ request: Request, stream: StreamID) {
        guard connection != nil else { return }
        let now = core.now()
        client.noteAgent(request)
        if client.isOfAProxy { client.noteForwarded(request, core.rates, nowNanoseconds: now) }
        let active = core.policies.current
        do throws(Front.Unmatched) {
            let row = try front.match(request)
            switch standings.standing(
                of: request, as: row.route, client, active, nowNanoseconds: now)
            {
            case .success(let standing):
                if standing !== noted { note(standing) }
                if !isProven { prove(by: standing) }
                let asker = asker(standing, request)
                let reply = reply(to: asker, stream, row.problems)
                if isCrowded { return refuseCrowded(row.route.action.name, asker, reply) }
                if let overrun = standing.rate?.take(row.route.action, at: now) {
                    return refuse(overrun, row.route.action.name, asker, reply)
                }
                if let terms = standing.terms, let wait = take(terms, reply, at: now) {
                    return refuse(quotaOverFor: wait, row.route.action.name, asker, reply)
                }
                if let problem = forgery(request, row.route) {
                    return refuse(problem, row.route.action, asker, reply)
                }
                do throws(Problem) {
                    let call = try front.decode(
                        request, as: row, by: row.route.readsCertificate ? shown : nil)
                    if case .slow(let call) = call { prove(call, request) }
                    lane.take(call, by: asker, reply, nowNanoseconds: now)
                } catch {
                    refuse(error, asker, reply)
                }
            case .failure(let refusal):
                refuse(refusal, row, request, stream, active, now)
            }
        } catch {
            refuse(error, request, stream, active, now)
        }
    }

    /// Whoever shows a credential that is no good is nobody.
    @inline(never)
    private func refuse(
        _ refusal: AuthRefusal, _ row: Front.Matched, _ request: Request, _ stream: StreamID,
        _ active: ActivePolicy, _ now: Int64
    ) {
        let asker = asker(standings.nobody(client, active), request)
        let reply = reply(to: asker, stream, row.problems)
        if let overrun = asker.standing.rate?.take(nil, at: now) {
            return refuse(overrun, row.route.action.name, asker, reply)
        }
        refuse(refusal, row.route, asker, reply)
    }

    /// What means no row.
    @inline(never)
    private func refuse(
        _ unmatched: Front.Unmatched, _ request: Request, _ stream: StreamID,
        _ active: ActivePolicy, _ now: Int64
    ) {
        let known = standings.standing(of: request, client, active, nowNanoseconds: now)
        let standing = (try? known.get()) ?? standings.nobody(client, active)
        let asker = asker(standing, request)
        let reply = reply(to: asker, stream, unmatched.problems)
        if let overrun = standing.rate?.take(nil, at: now) {
            return refuse(overrun, Deciding.requestAction, asker, reply)
        }
        refuse(unmatched.problem, asker, reply)
    }

    func malformed(_ problem: WireProblem, stream: StreamID?) -> ProblemAnswer {
        // Whom a proxy brought it from can't be read.
        if client.isOfAProxy { client.forgetForwarded(core.rates, nowNanoseconds: core.now()) }
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

    @inline(__always)
    private func asker(_ standing: Standing, _ request: Request) -> Asker {
        Asker(standing: standing, address: client.address, request: requestID(of: request))
    }

    @inline(__always)
    private func reply(
        to asker: Asker, _ stream: StreamID, _ problems: ProblemEncoder
    ) -> Reply {
        Reply(
            target: self, token: stream.value,
            asker: RequestAsker(request: asker.request, identity: asker.standing.identity),
            problems: problems)
    }

    private func requestID(of request: Request) -> RequestID {
        // What comes by this name is in the record and in the answer, so a key is not taken for it.
        request.withHeader(.xRequestID) {
            APIKeyText.hasPrefix($0) || SecretText.hasPrefix($0)
                ? nil : RequestID(validating: $0)
        }.flatMap { $0 } ?? lane.newRequestID()
    }
}
