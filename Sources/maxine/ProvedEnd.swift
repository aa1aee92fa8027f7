import Audit
import PKI
import StrictJSON
import Text

/// Up to where the end of a log is proved, and by whom.
struct ProvedEnd {
    let report: VerifyReport
    let checkpoint: Checkpoint
    let nanoseconds: Int64

    /// Nil where the log was held against nothing.
    init?(_ report: VerifyReport, _ checkpoint: Checkpoint?) {
        guard let checkpoint, let nanoseconds = report.provedNanoseconds.first else { return nil }
        self.report = report
        self.checkpoint = checkpoint
        self.nanoseconds = nanoseconds
    }

    /// What is said about the end of a log.
    static func lines(
        _ report: VerifyReport, _ checkpoint: Checkpoint?, at time: ProvedTime? = nil
    ) -> [String] {
        let end = ProvedEnd(report, checkpoint)
        return [
            end?.sentence
                ?? "not checkable without an anchor: whether newest records were cut off at the end"
        ]
            + [time.map { "that end was \($0.sentence)" }, end?.rest, closing(report)]
            .compactMap { $0 }
    }

    private var sentence: String {
        let time = CivilTime.rfc3339(nanoseconds: nanoseconds)
        return "end proved up to record \(checkpoint.end.size) of \(time) by "
            + checkpoint.signers.map(Self.name).joined(separator: ", ")
    }

    /// What stands behind what is proved.
    private var rest: String? {
        let count = report.records - checkpoint.end.size
        guard count > 0 else { return nil }
        return
            "not checkable without a newer checkpoint: whether more than the \(count) records behind it were there"
    }

    private static func closing(_ report: VerifyReport) -> String? {
        report.last.map { last in
            let time = CivilTime.rfc3339(nanoseconds: last.nanoseconds)
            return last.kind == .stopped
                ? "closed in order at \(time)" : "not closed: the last record is of \(time)"
        }
    }

    /// A signer, and when it signed where it says so.
    static func name(_ signer: NoteSigner) -> String {
        let id = signer.key.id.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        let name = "\(signer.key.name) (key \(id.joined()))"
        guard signer.key.kind == .witness else { return name }
        let seconds = Int64(clamping: min(signer.seconds, UInt64(Int64.max) / 1_000_000_000))
        return name + " at " + CivilTime.rfc3339(nanoseconds: seconds * 1_000_000_000)
    }

    /// The same for programs.
    func value(at time: ProvedTime? = nil) -> JSONValue {
        let stamp = time.map { time in
            JSONMember(
                name: "timestamp",
                value: .object([
                    .text("time", CivilTime.rfc3339(nanoseconds: time.nanoseconds)),
                    .text("authority", time.authority), .text("policy", time.policy),
                    .text("serial", time.serial),
                ]))
        }
        return .object(
            [
                .text("size", String(checkpoint.end.size)),
                .text("time", CivilTime.rfc3339(nanoseconds: nanoseconds)),
                JSONMember(
                    name: "by",
                    value: .array(checkpoint.signers.map { .string($0.key.text) })),
            ] + [stamp].compactMap { $0 })
    }
}
