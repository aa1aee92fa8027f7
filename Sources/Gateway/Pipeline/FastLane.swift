internal import Audit
internal import DequeModule
internal import NIOCore
internal import Policy
internal import Registry
internal import Time

/// The way of every request of one event loop from the decision to the answer.
///
/// Duties, in this order: decide, append the record; at the end of the loop's poll submit all
/// records at once, unless a batch is being written; when one is on disk, let each of its requests act and answer, flush
/// each connection once, and submit what came meanwhile. If records can't be written, nothing acts and all is answered 503.
///
/// Owned by its event loop: every method is called there.
final class FastLane {
    let eventLoop: any EventLoop
    let core: GatewayCore
    private let audit: JournalLane
    let wake: LaneWake
    /// Requests whose records are gathered, and those whose records are being written.
    private var gathering = Batch()
    private var submitted = Batch()
    private var touched: [any ReplyTarget] = []
    private var isSubmitScheduled = false
    private var isOutcomeSubmitScheduled = false
    private var hasFinished = false
    private var numbers = RequestNumbers()

    init(eventLoop: any EventLoop, core: GatewayCore) {
        self.eventLoop = eventLoop
        self.core = core
        wake = LaneWake(eventLoop)
        let wake = wake
        audit = core.journal.makeLane { wake.call() }
        wake.set(NIOLoopBound(self, eventLoop: eventLoop))
    }

    /// The requests of one commit, and the ticket that announces their changes to the registry.
    ///
    /// INVARIANT: the ticket is there from before the first record until the last change is applied, and not while the
    /// lane is idle: it holds back what the registry may call stored.
    private struct Batch: ~Copyable {
        var waiting = UniqueDeque<Waiting>()
        var ticket: ChangeTicket?
        /// When it was submitted, by the elapsed clock.
        var submittedAt: Int64 = 0
        /// Who waits until all of it is on disk or has failed.
        var settled: [EventLoopPromise<Void>] = []

        mutating func settle() {
            for promise in settled { promise.succeed() }
            settled.removeAll()
        }
    }

    /// A new request identifier.
    func newRequestID() -> RequestID { numbers.next() }

    /// Decides a call and queues it behind its record, or hands it to the slow lane.
    func take(_ call: Call, by asker: Asker, _ reply: Reply, nowNanoseconds now: Int64) {
        switch call {
        case .fast(let call): take(call, by: asker, reply, now)
        case .slow(let call): takeSlowly(call, by: asker, reply)
        case .signing(let call):
            guard core.services.signsElsewhere else {
                return take(call.here, by: asker, reply, now)
            }
            takeSlowly(call.elsewhere(), by: asker, reply)
        }
    }

    @inline(__always)
    private func take(
        _ call: any FastCall, by asker: Asker, _ reply: Reply, _ now: Int64
    ) {
        if let name = call.instance { return take(call, on: name, by: asker, reply, now) }
        let decided = Deciding.decide(
            call, by: asker, core.services.people, nowNanoseconds: now, metrics: core.metrics)
        let record = decided.record
        switch consume decided.verdict {
        case .allow(let permit): submit(record, .perform(call, permit), reply)
        case .deny(let problem): submit(record, .refuse(problem), reply)
        }
    }

    /// Queues what waits for its record; answers at once if the journal takes no record.
    func submit(_ record: borrowing Record, _ next: consuming Waiting.Next, _ reply: Reply?) {
        if gathering.waiting.isEmpty { gathering.ticket = core.services.registry.beginChanges() }
        do {
            try audit.append(record)
        } catch {
            if gathering.waiting.isEmpty { gathering.ticket = nil }
            return refuse(next, reply, .unrecorded(error))
        }
        gathering.waiting.append(Waiting(next: next, reply: reply))
        scheduleSubmit()
    }

    /// Queues the outcome of a change; it rides the next batch.
    func note(_ outcome: borrowing Record) {
        audit.appendUnawaited(outcome)
        scheduleSubmit(in: PipelineLimits.outcomeDelay)
    }

    /// Writes what is left when the gateway stops: what waits, its outcomes, and what they leave.
    func finish() {
        for _ in 0..<PipelineLimits.finishRoundsMax {
            collect()
            submitGathered()
            guard audit.isSubmitted else { break }
        }
        hasFinished = true
        submitted.settle()
        gathering.settle()
        wake.end()
    }

    /// Succeeds once all that was decided here until now is on disk, or can't be.
    func settled() -> EventLoopFuture<Void> {
        guard !hasFinished, !gathering.waiting.isEmpty || audit.isSubmitted else {
            return eventLoop.makeSucceededVoidFuture()
        }
        let promise = eventLoop.makePromise(of: Void.self)
        if gathering.waiting.isEmpty {
            submitted.settled.append(promise)
        } else {
            gathering.settled.append(promise)
        }
        return promise.futureResult
    }

    private func scheduleSubmit(in delay: TimeAmount) {
        guard !isSubmitScheduled, !isOutcomeSubmitScheduled else { return }
        isOutcomeSubmitScheduled = true
        let lane = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: delay) {
            lane.value.isOutcomeSubmitScheduled = false
            lane.value.submitGathered()
        }
    }

    /// The task runs when all that this poll brought has been read: that is the batch.
    ///
    /// While a batch is being written there is nothing to schedule: what it leaves is submitted when it is collected.
    private func scheduleSubmit() {
        guard !isSubmitScheduled, !audit.isSubmitted else { return }
        isSubmitScheduled = true
        let lane = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute {
            lane.value.isSubmitScheduled = false
            lane.value.submitGathered()
        }
    }

    private func submitGathered() {
        guard audit.pending > 0, !audit.isSubmitted else { return }
        guard audit.submit(nowNanoseconds: core.now()) else { return }
        swap(&submitted, &gathering)
        submitted.submittedAt = core.elapsed()
    }

    /// Lets each request of the batch that is on disk act and answer.
    func collect() {
        guard var commit = audit.collect() else { return }
        let elapsed = core.elapsed()
        core.metrics.commits.add()
        core.metrics.commitNanoseconds.add(Int(Span.between(submitted.submittedAt, elapsed)))
        let isWritten = commit.failure == nil
        let problem = commit.failure.map(Problem.unrecorded) ?? .auditUnavailable
        if let ticket = submitted.ticket.take() {
            let effects = Effects(
                services: core.services, ticket: ticket, nowNanoseconds: core.now(),
                elapsedNanoseconds: elapsed)
            while let element = submitted.waiting.popFirst() {
                if let receipt = commit.next() {
                    proceed(element, receipt, effects)
                } else {
                    refuse(element, problem)
                }
            }
        }
        flush()
        submitted.settle()
        if isWritten || !gathering.waiting.isEmpty {
            submitGathered()
        } else if audit.pending > 0 {
            // Outcomes of a batch that failed are kept by the journal's lane; they must not wait for the next request.
            scheduleSubmit(in: PipelineLimits.outcomeRetryDelay)
        }
    }

    private func proceed(
        _ waiting: consuming Waiting, _ receipt: consuming Receipt,
        _ effects: borrowing Effects
    ) {
        let reply = waiting.reply
        let next = waiting.next
        switch consume next {
        case .perform(let call, let permit):
            guard let reply else { return }
            let sequence = receipt.sequence
            let text = ReceiptText(receipt)
            let performed = call.perform(permit: permit, receipt: receipt, in: effects)
            finish(call, performed, sequence, text, reply)
        case .refuse(let problem):
            guard let reply else { return }
            let answer = reply.problems(problem, receipt.sequence)
            send(answer, ReceiptText(receipt), reply)
        case .answer(let held):
            if let reply { send(held.answer, held.text, reply) }
        case .nothing:
            return
        }
    }

    /// Notes the outcome of a change or a fault, and answers.
    @inline(__always)
    private func finish(
        _ asked: some Asked, _ performed: Performed, _ sequence: UInt64, _ text: ReceiptText,
        _ reply: Reply
    ) {
        if asked.isChange || performed.report.status != 200 {
            let outcome = Deciding.outcome(
                of: asked, performed.report, by: reply.asker, intent: sequence)
            if hold(performed.answer, until: outcome, performed.report, text, reply) { return }
            note(outcome)
        }
        switch performed.answer {
        case .success(let answer): send(answer, text, reply)
        case .failure(let problem):
            if problem.isOvertaken, judgeAnew(asked, reply) { return }
            send(reply.problems(problem, nil), text, reply)
        }
    }

    private func refuse(_ waiting: consuming Waiting, _ problem: Problem) {
        let reply = waiting.reply
        refuse(waiting.next, reply, problem)
    }

    /// Nothing was recorded, so nothing is done.
    func refuse(_ next: consuming Waiting.Next, _ reply: Reply?, _ problem: Problem) {
        core.metrics.unavailable.add()
        switch consume next {
        case .answer(let held): note(held.unreleased(problem))
        case .perform: break
        case .refuse: break
        case .nothing: break
        }
        guard let reply else { return }
        send(reply.problems(problem, nil), ReceiptText(), reply)
        scheduleFlush()
    }

    /// Answers what has been counted, so it waits for no record.
    func refuseUnrecorded(_ problem: Problem, _ reply: Reply) {
        send(reply.problems(problem, nil), ReceiptText(), reply)
        scheduleFlush()
    }

    func send(_ answer: Answer, _ receipt: ReceiptText, _ reply: Reply) {
        guard reply.target.isActive else { return }
        reply.target.answer(answer, receipt, to: reply)
        if touched.last !== reply.target { touched.append(reply.target) }
    }

    private func scheduleFlush() {
        let lane = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { lane.value.flush() }
    }

    func flush() {
        var targets: [any ReplyTarget] = []
        swap(&targets, &touched)
        for target in targets { target.flush() }
        targets.removeAll(keepingCapacity: true)
        if touched.isEmpty { touched = targets }
    }
}
