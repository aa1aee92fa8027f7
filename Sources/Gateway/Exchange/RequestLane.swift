internal import Audit
internal import DequeModule
internal import NIOCore
internal import Policy
internal import Registry
internal import Wire

/// The way of every request of one event loop from the decision to the answer.
///
/// Duties, in this order: append the record of a decided request; at the end of the loop's poll submit all
/// records at once, unless a batch is being written; when one is on disk, let each of its requests act and answer, flush
/// each connection once, and submit what came meanwhile. If records can't be written, nothing acts and all is answered 503.
///
/// Owned by its event loop: every method is called there.
final class RequestLane {
    let eventLoop: any EventLoop
    let core: GatewayCore
    private let audit: JournalLane
    /// Requests whose records are gathered, and those whose records are being written.
    private var gathering = Batch()
    private var submitted = Batch()
    private var touched: [Connection] = []
    private var isSubmitScheduled = false
    private var isOutcomeSubmitScheduled = false
    private var numbers = RequestNumbers()

    init(eventLoop: any EventLoop, core: GatewayCore) {
        self.eventLoop = eventLoop
        self.core = core
        let wake = LaneWake(eventLoop)
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
        var submittedAt: Int64 = 0
    }

    /// A new request identifier.
    func newRequestID() -> RequestID { RequestID(high: numbers.next(), low: numbers.next()) }

    /// Queues what waits for its record; answers at once if the journal takes no record.
    func submit(_ record: borrowing Record, _ next: consuming Waiting.Next, _ reply: Reply?) {
        if gathering.waiting.isEmpty { gathering.ticket = core.performer.registry.beginChanges() }
        do {
            try audit.append(record)
        } catch {
            if gathering.waiting.isEmpty { gathering.ticket = nil }
            return refuse(next, reply, Self.problem(for: error))
        }
        gathering.waiting.append(Waiting(next: next, reply: reply))
        scheduleSubmit()
    }

    /// Queues the outcome of a change; it rides the next batch.
    func note(_ outcome: borrowing Record) {
        audit.appendUnawaited(outcome)
        scheduleSubmit(in: ExchangeLimits.outcomeDelay)
    }

    /// Writes what is left when the gateway stops.
    func finish() {
        collect()
        submitGathered()
        collect()
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
        let now = core.now()
        guard audit.submit(nowNanoseconds: now) else { return }
        swap(&submitted, &gathering)
        submitted.submittedAt = now
    }

    /// Lets each request of the batch that is on disk act and answer.
    func collect() {
        guard var commit = audit.collect() else { return }
        let now = core.now()
        core.metrics.commits.add()
        core.metrics.commitNanoseconds.add(Int(now - submitted.submittedAt))
        let isWritten = commit.failure == nil
        if let ticket = submitted.ticket.take() {
            while let element = submitted.waiting.popFirst() {
                if let receipt = commit.next() {
                    proceed(element, receipt, ticket, now)
                } else {
                    refuse(element, .auditUnavailable)
                }
            }
        }
        flush()
        if isWritten || !gathering.waiting.isEmpty {
            submitGathered()
        } else if audit.pending > 0 {
            // Outcomes of a batch that failed are kept by the journal's lane; they must not wait for the next request.
            scheduleSubmit(in: ExchangeLimits.outcomeRetryDelay)
        }
    }

    private func proceed(
        _ waiting: consuming Waiting, _ receipt: consuming Receipt,
        _ ticket: borrowing ChangeTicket, _ now: Int64
    ) {
        let reply = waiting.reply
        let next = waiting.next
        switch consume next {
        case .perform(let command, let permit):
            guard let reply else { return }
            perform(command, permit, receipt, ticket, reply, now)
        case .refuse(let problem):
            guard let reply else { return }
            let answer = Answer(problem, sequence: receipt.sequence)
            send(answer, ReceiptText(receipt), reply)
        case .failHandshake(let promise):
            promise.succeed()
        case .nothing:
            return
        }
    }

    private func perform(
        _ command: Command, _ permit: consuming Permit, _ receipt: consuming Receipt,
        _ ticket: borrowing ChangeTicket, _ reply: Reply, _ now: Int64
    ) {
        if case .slow(let operation) = command {
            return performSlowly(operation, permit, receipt, reply, now)
        }
        let sequence = receipt.sequence
        let text = ReceiptText(receipt)
        let isChange = command.isChange
        let result = core.performer.perform(
            command, permit: permit, receipt: receipt, ticket: ticket, nowNanoseconds: now)
        if isChange || result.answer.status != 200 {
            note(
                Record(
                    kind: .outcome, request: reply.request, identity: reply.identity,
                    action: result.action, resource: result.resource, reason: result.reason,
                    status: result.answer.status, detail: result.detail, intent: sequence))
        }
        send(result.answer, text, reply, sequence: sequence)
    }

    private func refuse(_ waiting: consuming Waiting, _ problem: Problem) {
        let reply = waiting.reply
        refuse(waiting.next, reply, problem)
    }

    /// Nothing was recorded, so nothing is done.
    private func refuse(_ next: consuming Waiting.Next, _ reply: Reply?, _ problem: Problem) {
        core.metrics.unavailable.add()
        if case .failHandshake(let promise) = consume next { promise.succeed() }
        guard let reply else { return }
        send(Answer(problem, sequence: nil), ReceiptText(), reply)
        scheduleFlush()
    }

    /// Queues an answer for the next flush; `sequence` is the record of a streamed answer's request.
    func send(
        _ answer: Answer, _ receipt: ReceiptText, _ reply: Reply, sequence: UInt64 = 0
    ) {
        guard reply.connection.isActive else { return }
        var response = Response(
            status: answer.status,
            contentType: answer.body.readableBytes > 0 || answer.stream != nil
                ? answer.contentType : nil,
            body: answer.body)
        response.audit = receipt.text
        response.requestID = ShortText(reply.request)
        if !reply.fields.isEmpty { response.fields = reply.fields }
        if !answer.fields.isEmpty { response.fields += answer.fields }
        if let allow = answer.allow { response.fields.append(.init("allow", allow)) }
        if let seconds = answer.retryAfterSeconds {
            response.fields.append(.init("retry-after", String(seconds)))
        }
        if let stream = answer.stream {
            return begin(stream, response, reply, sequence: sequence)
        }
        reply.connection.respond(response, on: reply.stream)
        if touched.last !== reply.connection { touched.append(reply.connection) }
    }

    private func scheduleFlush() {
        let lane = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { lane.value.flush() }
    }

    func flush() {
        var connections: [Connection] = []
        swap(&connections, &touched)
        for connection in connections { connection.flush() }
        connections.removeAll(keepingCapacity: true)
        if touched.isEmpty { touched = connections }
    }

    private static func problem(for error: AuditError) -> Problem {
        switch error {
        case .queueFull: .overloaded
        case .recordTooLarge(let bytes): .tooLarge("the request's audit record has \(bytes) bytes")
        case .refusing, .closed, .malformedDetail, .damaged, .locked, .io, .replayFailed,
            .misconfigured, .noProof, .evidence, .held:
            .auditUnavailable
        }
    }
}
