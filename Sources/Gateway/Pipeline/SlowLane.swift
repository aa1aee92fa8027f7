internal import Audit
internal import Auth
internal import NIOCore
internal import Policy
internal import ServiceLifecycle
internal import Time

/// How far a slow call came.
enum Settled: Sendable {
    /// It acted.
    case performed(Performed)
    /// Its answer was sent as a stream, which is over; the report says how.
    case streamed(OutcomeReport)
    /// Policy refused it.
    case refused(Problem)
    /// It was allowed and recorded, but interrupted before it acted.
    case notBegun
    /// The journal took no record, so nothing was done.
    case unrecorded(Problem)
    /// The gateway stops and waits no longer; it may still be acting.
    case givenUp
}

/// The way of operations that wait for others: the fast lane's steps in its order, one task a call.
///
/// What it has taken is answered and recorded, whatever happens: a call that is interrupted is cancelled and answered at once, and
/// keeps its place until its operation really ends. As a service it stops after the listeners and before the journal.
final class SlowLane: Service {
    private let journal: Journal
    private let policies: PolicyHolder
    private let services: Services
    private let metrics: GatewayMetrics
    private let settings: SlowLaneSettings
    private let calls: SlowCalls

    init(
        journal: Journal, policies: PolicyHolder, services: Services, metrics: GatewayMetrics,
        settings: SlowLaneSettings
    ) {
        self.journal = journal
        self.policies = policies
        self.services = services
        self.metrics = metrics
        self.settings = settings
        calls = SlowCalls(settings)
    }

    /// Calls under way.
    var count: Int { calls.count }

    /// Takes a call and begins it.
    ///
    /// Its task is nobody's child: an operation that heeds no cancellation must not be able to hold up the gateway's
    /// stop. `calls` knows it until it ends.
    /// - Throws: ``Problem`` 503 if too many are under way, in all or of this client, or the gateway stops.
    func take(_ job: SlowJob) throws(Problem) -> SlowRun {
        let run = SlowRun(job)
        try calls.enter(run)
        run.begin(
            Task {
                async let _ = self.interruptInTime(run)
                self.finish(await self.settle(run), run)
            })
        return run
    }

    /// Ends the calls of those who are meant; their streams end by themselves.
    func end(all isMeant: (Principal) -> Bool) {
        for run in calls.of(all: isMeant) where run.stream == nil { run.interrupt(.locked) }
    }

    /// Waits until the gateway stops, then ends what the drain has left.
    func run() async {
        try? await gracefulShutdown()
        // Cancelled or not, the wait for what is under way has the same bound.
        await Task { await self.stop() }.value
    }

    /// While the listeners drain: calls end a moment before the drain does, so that their clients hear of it.
    ///
    /// - Parameter time: How long the listeners wait. Cancel the task when they wait no longer.
    func drain(within time: Duration) async {
        do {
            try await settings.clock.sleep(for: max(.zero, time - PipelineLimits.slowAnswerTime))
        } catch {
            return
        }
        for run in calls.shut() { run.interrupt(.stopping) }
    }

    /// Ends all calls and waits for them; one that does not end is given up, and the log says so.
    private func stop() async {
        for run in calls.shut() { run.interrupt(.stopping) }
        await withDiscardingTaskGroup { group in
            group.addTask { [calls, settings] in
                try? await settings.clock.sleep(for: settings.giveUpTime)
                for run in calls.shut() { self.finish(.givenUp, run) }
            }
            await calls.untilNoneIsLeft()
            group.cancelAll()
        }
    }

    private func interruptInTime(_ run: SlowRun) async {
        do {
            try await settings.clock.sleep(for: settings.callTime)
        } catch {
            return
        }
        run.interrupt(.timeUp)
    }

    /// Has the outcome recorded and the client answered on the event loop that the call came from.
    private func finish(_ settled: Settled, _ run: SlowRun) {
        guard run.end() else { return }
        run.job.home.eventLoop.execute {
            // Its place is free before anybody hears the answer.
            self.calls.leave(run)
            run.job.home.value.lane.finish(settled, of: run)
        }
    }

    /// Decide, record, act; whose certificates a call suspends are asked nothing more before its record is written.
    private func settle(_ run: SlowRun) async -> Settled {
        let visitor = Visitor(run.job.asker.under(policies.current), run.job.call, services)
        let asker = visitor.asker
        let asked: any Asked =
            run.job.call.asked(by: asker.standing.subject.principal, in: services) ?? run.job.call
        let pass = services.live.suspensions.pass(run.job.owners)
        var decided = Deciding.decide(
            asked, by: asker, services.people, nowNanoseconds: services.clocks.wall(),
            metrics: metrics)
        if decided.isAllowed, let problem = fault(of: run, hasPassed: pass != nil, asker) {
            decided = Decided(refusing: asked, by: asker, problem)
        }
        guard decided.isAllowed, let owner = run.job.call.suspends, let pass else {
            return visitor.tell(await settle(run, decided, by: asker, pass), to: run)
        }
        guard await services.suspend(owner, by: pass) else {
            return await settle(
                run, Decided(refusing: asked, by: asker, .certificateRevoked), by: asker, pass)
        }
        let settled = await settle(run, decided, by: asker, pass)
        await services.resume(owner)
        return settled
    }

    /// Why a call is not recorded as allowed although policy allows it.
    private func fault(of run: SlowRun, hasPassed: Bool, _ asker: Asker) -> Problem? {
        guard hasPassed else { return .certificateRevoked }
        // Where its connection was cut, it ends here.
        return run.interruption?.problem ?? run.job.call.fault(for: asker, in: services)
    }

    /// The permit never leaves this function's own task.
    private func settle(
        _ run: SlowRun, _ decided: consuming Decided, by asker: Asker, _ pass: Suspensions.Pass?
    ) async -> Settled {
        let record = decided.record
        let receipt: Receipt
        do throws(AuditError) {
            defer { if let pass { services.live.suspensions.leave(pass) } }
            receipt = try await journal.record(record)
        } catch {
            return .unrecorded(.unrecorded(error))
        }
        run.recorded = SlowRun.Recorded(
            asker: RequestAsker(request: asker.request, identity: asker.standing.identity),
            sequence: receipt.sequence, text: ReceiptText(receipt))
        switch consume decided.verdict {
        case .deny(let problem):
            return .refused(problem)
        case .allow(let permit):
            // What suspends somebody holds from its record on, also for the next start.
            guard run.interruption == nil || run.job.call.suspends != nil else { return .notBegun }
            return await run.job.call.perform(
                permit: permit, receipt: receipt, in: services, as: run)
        }
    }
}

extension Services {
    /// Has nothing more allowed of one, by connections or by sessions, see ``LiveIndex/suspend(_:by:)``.
    fileprivate func suspend(_ owner: LiveOwner, by pass: Suspensions.Pass) async -> Bool {
        // Before the event loops are asked: what they decide from then on, they judge anew.
        if let trait = owner.trait { certificates.suspend(trait) }
        if await live.suspend(owner, by: pass) { return true }
        if let trait = owner.trait { certificates.resume(trait) }
        return false
    }

    fileprivate func resume(_ owner: LiveOwner) async {
        if let trait = owner.trait { certificates.resume(trait) }
        await live.resume(owner)
    }
}

extension Asker {
    /// The same client as the policy in force sees it: a call may have waited while the policy changed.
    func under(_ active: ActivePolicy) -> Asker {
        guard standing.active !== active else { return self }
        return Asker(standing: standing.renewed(under: active), address: address, request: request)
    }
}
