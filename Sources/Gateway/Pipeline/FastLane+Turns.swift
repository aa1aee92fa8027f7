internal import Audit
internal import NIOCore
internal import Policy
internal import Registry

/// Calls on an instance: judged for what is there, too, and changes of one instance in turn.
extension FastLane {
    /// Decides a call on an instance.
    ///
    /// A change takes its turn before it is judged, and keeps it until it is done: so nothing else is there when it acts than
    /// what was judged. A heartbeat takes none; where it finds something else than was judged, it is judged anew.
    func take(
        _ call: any FastCall, on name: InstanceName, by asker: Asker, _ reply: Reply, _ now: Int64,
        judgements: Int = 0
    ) {
        var claim: InstanceClaim?
        if call.takesTurns, case .claimed(let own) = claimInstance(name) { claim = own }
        judge(call, on: name, by: asker, reply, now, judgements: judgements + 1, claim: claim)
    }

    /// Judges anew what found something else than it was judged for; says whether it does.
    func judgeAnew(_ asked: some Asked, _ reply: Reply) -> Bool {
        guard let judged = asked as? JudgedCall, let name = judged.instance,
            judged.judgements < PipelineLimits.judgementsMax, mayBeAllowed(judged.asker, reply)
        else { return false }
        take(
            judged.call, on: name, by: judged.asker.under(core.policies.current), reply,
            core.now(), judgements: judged.judgements)
        return true
    }

    /// Whether what was asked before may be allowed still: the revocation of neither connection nor session is being recorded.
    private func mayBeAllowed(_ asker: Asker, _ reply: Reply) -> Bool {
        guard reply.target.mayBeAllowed else { return false }
        let owners = asker.standing.certificateOwners
        return owners.isEmpty || !core.services.live.suspensions.holds(owners)
    }

    private func judge(
        _ call: any FastCall, on name: InstanceName, by asker: Asker, _ reply: Reply,
        _ now: Int64, judgements: Int, claim: InstanceClaim?
    ) {
        let existing = core.services.registry.existing(
            service: name.service, namespace: name.namespace, id: name.id)
        let mustWait = call.takesTurns && claim == nil
        let decided = Deciding.decide(
            call, over: existing, by: asker, core.services.people, nowNanoseconds: now,
            metrics: mustWait ? nil : core.metrics)
        var record = decided.record
        switch consume decided.verdict {
        case .deny(let problem):
            // Whoever may not change what is there now waits for no turn.
            if mustWait { core.metrics.denied.add() }
            submit(record, .refuse(problem), reply)
        case .allow(let permit):
            guard !mustWait else {
                return wait(call, on: name, by: asker, reply, judgements: judgements)
            }
            if let claim,
                let problem = call.reserve(
                    claim, for: permit.principal, in: core.services.registry)
            {
                return refuse(problem, call, by: asker, reply)
            }
            if call.isRenewal { record.series = reply.target.series(of: name) }
            let judged = JudgedCall(call, asker: asker, judgements: judgements, claim: claim)
            submit(record, .perform(judged, permit), reply)
        }
    }

    /// Queues a change behind others of its instance; nothing is recorded before it is judged in its turn.
    private func wait(
        _ call: any FastCall, on name: InstanceName, by asker: Asker, _ reply: Reply,
        judgements: Int
    ) {
        let home = NIOLoopBound(reply, eventLoop: eventLoop)
        let outcome = claimInstance(name) { [wake] claim in
            // A lane that has ended lets the claim go, and so has the next one called.
            wake.run { lane in
                guard home.value.target.isActive else { return }
                guard lane.mayBeAllowed(asker, home.value) else {
                    return lane.refuse(.certificateRevoked, call, by: asker, home.value)
                }
                lane.judge(
                    call, on: name, by: asker.under(lane.core.policies.current), home.value,
                    lane.core.now(), judgements: judgements, claim: claim)
            }
        }
        switch outcome {
        case .claimed(let claim):
            judge(
                call, on: name, by: asker, reply, core.now(), judgements: judgements, claim: claim)
        case .waiting: break
        case .busy:
            refuse(.instanceBusy(name), call, by: asker, reply)
        }
    }

    /// What policy allows and can't be done all the same, as is known before there is an intent: one record.
    private func refuse(
        _ problem: Problem, _ call: any FastCall, by asker: Asker, _ reply: Reply
    ) {
        let record = Deciding.record(
            of: problem, by: asker, action: call.action.name, resource: call.resource)
        submit(record, .refuse(problem), reply)
    }

    private func claimInstance(
        _ name: InstanceName, orLater waiter: (@Sendable (InstanceClaim) -> Void)? = nil
    ) -> ClaimOutcome {
        core.services.registry.claim(
            service: name.service, namespace: name.namespace, id: name.id, orLater: waiter)
    }
}

extension Problem {
    /// Too many changes of one instance at once.
    fileprivate static func instanceBusy(_ name: InstanceName) -> Problem {
        Problem(
            status: 503, code: "instance-busy", title: "instance busy",
            detail: "too many changes of \(name.text) wait for each other already",
            retryAfterSeconds: 1)
    }

    /// What was judged is not there any more, time and again.
    static func overtaken(_ name: InstanceName) -> Problem {
        Problem(
            status: 409, code: overtakenCode, title: "instance changed meanwhile",
            detail: "\(name.text) was changed while this was judged; send it again")
    }

    /// Whether nothing was done because something else was there than was judged.
    var isOvertaken: Bool { code == Self.overtakenCode }

    private static let overtakenCode = "instance-changed"
}
