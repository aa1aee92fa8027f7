internal import NIOConcurrencyHelpers
internal import NIOPosix
internal import Time

/// Few processes that read what hostile peers send, and the threads that wait for them.
///
/// A process is started when it is needed, answers one request at a time, and is ended when it is late; one that died is replaced
/// by the next request. No event loop waits here, and none of the threads that tasks share.
public final class WorkerPool: Sendable {
    /// What has become of the pool's processes since it began.
    public struct Counts: Sendable, Equatable {
        /// Processes that were started.
        public var started = 0
        /// Processes that ended before they had answered.
        public var died = 0
        /// Processes that were ended, since they had not answered in time.
        public var late = 0
        /// Requests that found too many before them.
        public var refused = 0
        /// Whether all processes so far had Landlock.
        public var hasLandlock = true

        /// Nothing yet.
        public init() {}
    }

    private struct State {
        var idle: [Worker] = []
        var queued = 0
        var isStopped = false
        var counts = Counts()
    }

    private struct Worker: Sendable {
        let process: WorkerProcess
        var answered = 0
    }

    private let program: WorkerProgram
    private let threads: NIOThreadPool
    private let state = NIOLockedValueBox(State())

    /// Makes a pool; its threads start at once, its processes later.
    public init(_ program: WorkerProgram) {
        self.program = program
        threads = NIOThreadPool(numberOfThreads: WorkerLimits.workersMax)
        threads.start()
    }

    deinit { stop() }

    /// What became of the processes so far.
    public var counts: Counts { state.withLockedValue { $0.counts } }

    /// Ends all processes that wait; whoever asks from here on is told so.
    public func stop() {
        let idle = state.withLockedValue { state in
            state.isStopped = true
            defer { state.idle = [] }
            return state.idle
        }
        for worker in idle { worker.process.end() }
        threads.shutdownGracefully { _ in }
    }

    /// Runs something that asks workers, on a thread of the pool's.
    ///
    /// - Parameters:
    ///   - limit: How long it may wait for a thread, in nanoseconds.
    ///   - body: What is run; it may wait.
    /// - Returns: What it returns.
    /// - Throws: `WorkerFault.busy` or `.stopped`.
    public func run<R: Sendable>(
        waitingAtMost limit: Int64, _ body: @escaping @Sendable () -> R
    ) async throws(WorkerFault) -> R {
        try enter()
        let begin = Clocks.system.elapsed()
        let result: Result<R, WorkerFault> = await withCheckedContinuation { continuation in
            threads.submit { thread in
                self.leave()
                guard thread == .active else {
                    return continuation.resume(returning: .failure(.stopped))
                }
                guard Span.between(begin, Clocks.system.elapsed()) <= limit else {
                    return continuation.resume(returning: .failure(self.refused()))
                }
                continuation.resume(returning: .success(body()))
            }
        }
        return try result.get()
    }

    /// Asks a worker and waits; only on a thread of the pool's.
    ///
    /// - Parameters:
    ///   - request: What is asked; its milliseconds are what the worker has.
    ///   - descriptors: What goes along, at most two; they stay the caller's.
    /// - Returns: The JSON of the answer.
    /// - Throws: ``WorkerFault``.
    public func ask(
        _ request: borrowing RequestFrame, descriptors: [Int32] = []
    ) throws(WorkerFault) -> [UInt8] {
        guard var frame = request.encoded() else { throw .malformed("the request is too long") }
        defer { SecretBytes.wipe(&frame) }
        var worker = try take()
        let deadline = Span.after(
            Clocks.system.elapsed(), request.milliseconds.multipliedClamping(by: 1_000_000))
        do {
            let answer = try worker.process.ask(frame, descriptors, until: deadline)
            worker.answered += 1
            put(back: worker)
            return answer
        } catch {
            throw ended(worker.process.end(), after: error)
        }
    }

    private func enter() throws(WorkerFault) {
        let fault: WorkerFault? = state.withLockedValue { state in
            if state.isStopped { return .stopped }
            guard state.queued < WorkerLimits.queuedMax else { return .busy }
            state.queued += 1
            return nil
        }
        if let fault { throw fault == .busy ? refused() : fault }
    }

    private func leave() { state.withLockedValue { $0.queued -= 1 } }

    private func refused() -> WorkerFault {
        state.withLockedValue { $0.counts.refused += 1 }
        return .busy
    }

    private func take() throws(WorkerFault) -> Worker {
        let (idle, isStopped) = state.withLockedValue { ($0.idle.popLast(), $0.isStopped) }
        if isStopped {
            idle?.process.end()
            throw .stopped
        }
        if let idle {
            if idle.process.isThere { return idle }
            _ = ended(idle.process.end(), after: .died(signal: 0))
        }
        let process = try WorkerProcess(program)
        state.withLockedValue { state in
            state.counts.started += 1
            if !process.hasLandlock { state.counts.hasLandlock = false }
        }
        return Worker(process: process)
    }

    private func put(back worker: Worker) {
        let isKept = state.withLockedValue { state in
            guard !state.isStopped, worker.answered < WorkerLimits.requestsPerWorkerMax else {
                return false
            }
            state.idle.append(worker)
            return true
        }
        if !isKept { worker.process.end() }
    }

    private func ended(_ signal: Int32, after fault: WorkerFault) -> WorkerFault {
        state.withLockedValue { state in
            if fault == .late { state.counts.late += 1 } else { state.counts.died += 1 }
        }
        return fault == .died(signal: 0) ? .died(signal: signal) : fault
    }
}

extension Int64 {
    fileprivate func multipliedClamping(by factor: Int64) -> Int64 {
        let (product, overflows) = multipliedReportingOverflow(by: factor)
        return overflows ? .max : product
    }
}
