internal import Audit
internal import NIOCore
internal import Policy
internal import Wire

/// The slow lane's side of a loop: hands operations over, and takes their outcomes back onto the loop.
extension RequestLane {
    /// Hands a decided and recorded operation to the slow lane; over its bound the client is answered 503.
    func performSlowly(
        _ operation: any SlowOperation, _ permit: consuming Permit, _ receipt: consuming Receipt,
        _ reply: Reply, _ now: Int64
    ) {
        let pending = SlowRequest(
            action: permit.operation.action.name,
            resource: ResourceFields(permit.operation.resource),
            isChange: operation.isChange, sequence: receipt.sequence, receipt: ReceiptText(receipt),
            reply: reply)
        let proof = SlowProof(permit, receipt)
        let bound = NIOLoopBound((lane: self, pending: pending), eventLoop: eventLoop)
        let loop = eventLoop
        let deadline = operation.deadline
        let isTaken = core.slowLane.submit(operation.kind) {
            await SlowRequest.run(deadline: deadline) {
                await proof.perform(operation, nowNanoseconds: now)
            } late: {
                loop.execute { bound.value.lane.answerLate(bound.value.pending) }
            } done: { outcome in
                loop.execute { bound.value.lane.complete(bound.value.pending, outcome) }
            }
        }
        if !isTaken { complete(pending, SlowOutcome(.failure(.slowLaneFull))) }
    }

    /// Answers an operation that has ended, unless it was answered at its deadline, and records its outcome.
    private func complete(_ pending: SlowRequest, _ outcome: SlowOutcome) {
        let late = pending.isAnswered ? "the client was answered 504 before: " : nil
        let answer: Answer
        var reason: String?
        switch outcome.result {
        case .success(let given): answer = given
        case .failure(let problem):
            answer = Answer(problem, sequence: nil)
            reason = "\(problem.code): \(problem.detail)"
        }
        if pending.isChange || answer.status != 200 || late != nil {
            note(
                Record(
                    kind: .outcome, request: pending.reply.request,
                    identity: pending.reply.identity, action: pending.action,
                    resource: pending.resource,
                    reason: late.map { $0 + (reason ?? "done") } ?? reason, status: answer.status,
                    detail: outcome.detail, intent: pending.sequence))
        }
        guard !pending.isAnswered else { return }
        pending.isAnswered = true
        sendNow(answer, pending)
    }

    private func answerLate(_ pending: SlowRequest) {
        guard !pending.isAnswered else { return }
        pending.isAnswered = true
        sendNow(Answer(.slowDeadline, sequence: nil), pending)
    }

    private func sendNow(_ answer: Answer, _ pending: SlowRequest) {
        send(answer, pending.receipt, pending.reply, sequence: pending.sequence)
        flush()
    }

    /// Sends the head of a streamed answer and starts its producer.
    func begin(
        _ body: StreamedBody, _ head: borrowing Response, _ reply: Reply, sequence: UInt64
    ) {
        guard
            let base = reply.connection.respond(
                head, on: reply.stream, streaming: body.endsOnDrain)
        else { return }
        let writer = StreamedBodyWriter(base)
        let bound = NIOLoopBound((lane: self, reply: reply), eventLoop: eventLoop)
        let loop = eventLoop
        let isTaken = core.slowLane.submit(.stream) {
            let end = await body.run(writer)
            let detail = Array(
                #"{"bytes":\#(writer.bytesWritten),"ended":"\#(end.code)"}"#.utf8)
            loop.execute {
                bound.value.lane.note(
                    Record(
                        kind: .outcome, request: bound.value.reply.request,
                        identity: bound.value.reply.identity, action: "answer.streamed",
                        status: 200,
                        detail: detail, intent: sequence))
            }
        }
        if !isTaken { writer.base.fail() }
    }
}

/// A request whose operation is in the slow lane; confined to its event loop.
final class SlowRequest {
    let action: String
    let resource: ResourceFields?
    let isChange: Bool
    let sequence: UInt64
    let receipt: ReceiptText
    let reply: Reply
    var isAnswered = false

    init(
        action: String, resource: ResourceFields?, isChange: Bool, sequence: UInt64,
        receipt: ReceiptText, reply: Reply
    ) {
        self.action = action
        self.resource = resource
        self.isChange = isChange
        self.sequence = sequence
        self.receipt = receipt
        self.reply = reply
    }

    /// Runs an operation; at its deadline `late` is called, its task cancelled, and its end still awaited.
    static func run(
        deadline: Duration, _ work: @escaping @Sendable () async -> SlowOutcome?,
        late: @escaping @Sendable () -> Void, done: @escaping @Sendable (SlowOutcome) -> Void
    ) async {
        await withTaskGroup(of: SlowOutcome?.self) { group in
            group.addTask { await work() }
            group.addTask {
                do {
                    try await Task.sleep(for: deadline)
                    late()
                } catch {
                    // The operation was faster.
                }
                return nil
            }
            for await outcome in group {
                group.cancelAll()
                if let outcome { done(outcome) }
            }
        }
    }
}
