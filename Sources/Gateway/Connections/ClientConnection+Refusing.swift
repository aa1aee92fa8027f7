internal import Audit
internal import Auth
internal import NIOCore
internal import Policy
internal import Wire

/// What a client is told that asks for nothing, too often, or with a credential that is no good.
extension ClientConnection {
    @inline(never)
    func refuse(_ problem: Problem, _ asker: Asker, _ reply: Reply) {
        core.metrics.malformed.add()
        guard mayRecord(problem, Deciding.requestAction, .none, asker) else {
            return lane.refuseUnrecorded(problem, reply)
        }
        lane.submit(Deciding.record(of: problem, by: asker), .refuse(problem), reply)
    }

    /// A request that somebody known began and left asked for nothing: beyond a few it is counted, like what is over a rate.
    func unfinished(_ problem: Problem, _ asker: Asker, _ reply: Reply) {
        core.metrics.malformed.add()
        let kind = RefusalKind(
            action: Deciding.requestAction, gate: Gate.none.rawValue, code: problem.code,
            status: problem.status)
        core.noise.limited(kind, asker.standing.subject.principal) {
            Deciding.record(of: problem, by: asker)
        }
        lane.refuseUnrecorded(problem, reply)
    }

    /// What somebody known may not do this way; always on record.
    @inline(never)
    func refuse(_ problem: Problem, _ action: Action, _ asker: Asker, _ reply: Reply) {
        core.metrics.denied.add()
        lane.submit(
            Deciding.record(of: problem, by: asker, action: action.name, gate: .authn),
            .refuse(problem), reply)
    }

    /// What somebody unknown gets wrong is counted beyond his quota; what he signs on with is not.
    private func mayRecord(
        _ problem: Problem, _ action: String, _ gate: Gate, _ asker: Asker
    ) -> Bool {
        guard isOfAStranger, action != Action.sessionCreate.name,
            asker.standing.subject.principal.kind == .anonymous
        else { return true }
        return core.noise.mayRecord(
            RefusalKind(
                action: action, gate: gate.rawValue, code: problem.code, status: problem.status),
            of: asker.address.map(ClientSource.init))
    }

    /// Whether nobody has shown who he is on this connection.
    var isOfAStranger: Bool { connection?.tls?.peer == nil }

    /// A credential that is no good is refused, whatever else the connection has.
    func refuse(
        _ refusal: AuthRefusal, _ route: Route, _ asker: Asker, _ reply: Reply
    ) {
        let action = route.action
        core.metrics.denied.add()
        let problem =
            refusal == .unrecordable
            ? Problem.auditUnavailable
            : route.bringsCredential
                ? .subjectRefused(recorded: refusal.reason)
                : .notAuthenticated(refusal.answer, recorded: refusal.reason)
        guard mayRecord(problem, action.name, .authn, asker) else {
            return lane.refuseUnrecorded(problem, reply)
        }
        lane.submit(
            Deciding.record(of: problem, by: asker, action: action.name, gate: .authn),
            .refuse(problem), reply)
    }

    /// Answers at once: what is over its rate costs no sync, and its client no more than this answer.
    @inline(never)
    func refuse(
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
            core.noise.refused(kind, of: asker.address.map(ClientSource.init), record: record)
        }
        lane.refuseUnrecorded(problem, reply)
    }
}

/// How many connections a principal has.
extension ClientConnection {
    /// Counts a connection among its principal's, or gives it a moment to be told that there are too many.
    func count(for rate: RateMeters) {
        guard !rate.open(most: connectionsPerPrincipal) else {
            counted = rate
            return
        }
        isCrowded = true
        connection?.eventLoop?.assumeIsolated().scheduleTask(in: ConnectionLimits.crowdedTime) {
            [weak connection] in
            connection?.drain(within: ConnectionLimits.crowdedDrainTime)
        }
    }

    private var connectionsPerPrincipal: Int {
        min(core.rates.connectionsPerPrincipal, front.connectionsPerPrincipal)
    }

    /// Answers at once, like what is over a rate, and ends the connection.
    @inline(never)
    func refuseCrowded(_ action: String, _ asker: Asker, _ reply: Reply) {
        refuseUnrecorded(
            .tooManyConnections(most: connectionsPerPrincipal), action, asker, reply)
        // Once this request has been read and its answer has been sent.
        connection?.eventLoop?.assumeIsolated().execute { [weak connection] in
            connection?.drain(within: ConnectionLimits.crowdedDrainTime)
        }
    }
}
