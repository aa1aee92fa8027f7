internal import Audit
internal import Logging
internal import ServiceLifecycle
internal import StrictJSON
internal import Time

/// Tells the log, and whoever reads it, when the wall clock was set.
///
/// From such a record on, the times in the log are those of another clock; leases and deadlines do not care.
struct ClockWatch: Service {
    let clocks: Clocks
    let journal: Journal
    let metrics: GatewayMetrics
    let logger: Logger
    let ticker: any Ticker

    /// A step of the wall clock, and where it ended.
    private struct Step {
        var nanoseconds: Int64
        var wallNanoseconds: Int64
    }

    func run() async {
        var last = ClockOffset(clocks)
        var unrecorded: [Step] = []
        await ticker.run(.clock) {
            let next = ClockOffset(clocks)
            if let step = next.step(since: last, above: RoundLimits.clockStepNanosecondsMin) {
                notice(step)
                let step = Step(nanoseconds: step, wallNanoseconds: next.wallNanoseconds)
                Self.add(step, to: &unrecorded)
            }
            last = next
            await record(&unrecorded)
        }
    }

    private func notice(_ step: Int64) {
        metrics.clockSteps.add()
        let milliseconds = step / 1_000_000
        logger.warning(
            "the wall clock was set by \(milliseconds) ms; records and certificates follow it, leases do not"
        )
    }

    /// While the journal refuses, the steps wait; of too many the last ones are told as one.
    private static func add(_ step: Step, to steps: inout [Step]) {
        guard steps.count >= RoundLimits.clockStepsKeptMax, let last = steps.popLast() else {
            return steps.append(step)
        }
        steps.append(
            Step(
                nanoseconds: Span.after(last.nanoseconds, step.nanoseconds),
                wallNanoseconds: step.wallNanoseconds))
    }

    private func record(_ steps: inout [Step]) async {
        while let step = steps.first {
            do throws(AuditError) {
                _ = try await journal.record(Self.record(of: step))
            } catch {
                logger.debug("the record of a set clock waits for the journal: \(error)")
                return
            }
            steps.removeFirst()
        }
    }

    private static func record(of step: Step) -> Record {
        var writer = JSONWriter()
        writer.raw("{\"step_nanoseconds\":")
        writer.integer(step.nanoseconds)
        writer.raw(",\"wall_nanoseconds\":")
        writer.integer(step.wallNanoseconds)
        writer.raw("}")
        return Record(kind: .system, action: "clock.step", detail: writer.bytes)
    }
}

/// The bounds of what is done in rounds.
enum RoundLimits {
    /// A wall clock that was set by no more than this is only corrected.
    static let clockStepNanosecondsMin: Int64 = 1_000_000_000
    /// Steps of the wall clock that wait for the journal.
    static let clockStepsKeptMax = 32
}
