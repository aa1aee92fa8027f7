internal import Atomics
internal import Audit
internal import NIOCore
internal import Policy
internal import Registry
internal import ServiceLifecycle

/// A call for the slow lane, and where its answer goes.
struct SlowJob: Sendable {
    let call: any SlowCall
    let asker: Asker
    let home: NIOLoopBound<SlowHome>
}

/// The event loop's side of a slow call.
struct SlowHome {
    let lane: FastLane
    let reply: Reply
}

/// How far a slow call came.
enum Settled: Sendable {
    case performed(Performed, sequence: UInt64, ReceiptText)
    case refused(Problem, sequence: UInt64, ReceiptText)
    /// The journal took no record, so nothing was done.
    case unrecorded(Problem)
}

/// The way of operations that wait for others: the fast lane's steps in its order, one task a call.
///
/// Runs as a service that ends after the listeners, so that a drain waits for what is under way.
final class SlowLane: Service {
    private let journal: Journal
    private let services: Services
    private let metrics: GatewayMetrics
    private let jobs: AsyncStream<SlowJob>
    private let door: AsyncStream<SlowJob>.Continuation
    /// Calls taken and not yet answered; bounds the stream.
    private let open = ManagedAtomic<Int>(0)

    init(journal: Journal, services: Services, metrics: GatewayMetrics) {
        self.journal = journal
        self.services = services
        self.metrics = metrics
        (jobs, door) = AsyncStream.makeStream()
    }

    /// Takes a call; false if too many are under way.
    func take(_ job: SlowJob) -> Bool {
        guard
            open.wrappingIncrementThenLoad(ordering: .relaxed) <= PipelineLimits.slowCallsMax,
            case .enqueued = door.yield(job)
        else {
            open.wrappingDecrement(ordering: .relaxed)
            return false
        }
        return true
    }

    func run() async {
        await withDiscardingTaskGroup { group in
            for await job in jobs.cancelOnGracefulShutdown() {
                group.addTask { await self.settle(job) }
            }
        }
    }

    private func settle(_ job: SlowJob) async {
        let settled = await settleInTime(job.call, by: job.asker)
        open.wrappingDecrement(ordering: .relaxed)
        job.home.eventLoop.execute {
            job.home.value.lane.finish(settled, of: job.call, job.home.value.reply)
        }
    }

    /// A call whose time is up is cancelled; it still says what came of it, for the log.
    private func settleInTime(_ call: any SlowCall, by asker: Asker) async -> Settled {
        await withTaskGroup(of: Settled?.self) { group in
            group.addTask { await self.settle(call, by: asker) }
            group.addTask {
                try? await Task.sleep(for: PipelineLimits.slowCallTime)
                return nil
            }
            while let done = await group.next() {
                group.cancelAll()
                if let done { return done }
            }
            return .unrecorded(.auditUnavailable)
        }
    }

    /// Decide, record, act: the permit never leaves this function's own task.
    private func settle(_ call: any SlowCall, by asker: Asker) async -> Settled {
        let decided = Deciding.decide(
            call, by: asker, nowNanoseconds: services.clock(), metrics: metrics)
        let record = decided.record
        let receipt: Receipt
        do throws(AuditError) {
            receipt = try await journal.record(record)
        } catch {
            return .unrecorded(.unrecorded(error))
        }
        let sequence = receipt.sequence
        let text = ReceiptText(receipt)
        switch consume decided.verdict {
        case .deny(let problem):
            return .refused(problem, sequence: sequence, text)
        case .allow(let permit):
            return .performed(
                await call.perform(permit: permit, receipt: receipt, in: services),
                sequence: sequence, text)
        }
    }
}

extension SlowLane {
    /// What an in-process caller gets: the typed result and the number of its record.
    struct Done<Success: Sendable>: Sendable {
        let result: Result<Success, Problem>
        let sequence: UInt64?
    }

    /// The same steps for callers that are async themselves (gRPC, pages); nothing is encoded.
    func perform<Op: SlowOperation>(_ operation: Op, by asker: Asker) async -> Done<Op.Success> {
        await perform(operation, by: asker) { permit, receipt in
            await operation.act(permit: permit, receipt: receipt, in: services)
        }
    }

    /// A fast operation in a caller's own task.
    func perform<Op: FastOperation>(_ operation: Op, by asker: Asker) async -> Done<Op.Success> {
        let ticket = services.registry.beginChanges()
        let effects = Effects(
            services: services, ticket: ticket, nowNanoseconds: services.clock())
        return await perform(operation, by: asker) { permit, receipt in
            operation.act(permit: permit, receipt: receipt, in: effects)
        }
    }

    private func perform<Op: GatewayOperation>(
        _ operation: Op, by asker: Asker,
        act: (consuming Permit, consuming Receipt) async -> Result<Op.Success, Problem>
    ) async -> Done<Op.Success> {
        let asked = AskedOperation(operation: operation)
        let decided = Deciding.decide(
            asked, by: asker, nowNanoseconds: services.clock(), metrics: metrics)
        let record = decided.record
        let receipt: Receipt
        do throws(AuditError) {
            receipt = try await journal.record(record)
        } catch {
            metrics.unavailable.add()
            return Done(result: .failure(.unrecorded(error)), sequence: nil)
        }
        let sequence = receipt.sequence
        switch consume decided.verdict {
        case .deny(let problem):
            return Done(result: .failure(problem), sequence: sequence)
        case .allow(let permit):
            let result = await act(permit, receipt)
            let report =
                switch result {
                case .success(let success): operation.report(of: success)
                case .failure(let problem): OutcomeReport(problem)
                }
            if Op.isChange || report.status != 200 {
                let who = RequestAsker(request: asker.request, identity: asker.standing.identity)
                _ = try? await journal.record(
                    Deciding.outcome(of: asked, report, by: who, intent: sequence))
            }
            return Done(result: result, sequence: sequence)
        }
    }
}

/// An operation without an encoder.
private struct AskedOperation<Op: GatewayOperation>: Asked {
    let operation: Op
    var action: Action { Op.action }
    var isChange: Bool { Op.isChange }
    var resource: Resource { operation.resource }
    var intentDetail: [UInt8]? { operation.intentDetail }
}
