import Audit
import StrictJSON
import Text

/// What of a log could not be read, since it was taken away in order.
struct PrunedSpan {
    private let record: PruneRecord
    private let isSigned: Bool

    /// Nil where all records are there.
    init?(_ report: VerifyReport) {
        guard let record = report.pruned else { return nil }
        self.record = record
        isSigned = report.isPruningSigned
    }

    /// What is said about it.
    var sentence: String {
        let time = CivilTime.rfc3339(nanoseconds: record.nanoseconds)
        let act =
            "records 1 to \(record.last) were taken away (\(record.why)): record"
            + " \(record.sequence) of \(time) says so"
        return isSigned
            ? act + ", and a key of the log signed it"
            : act + "; not checkable without the log's key (--key): whether its gateway did it"
    }

    /// The same for programs.
    func write(to writer: inout JSONWriter) {
        writer.raw(",\"pruned\":{\"last\":")
        writer.integer(record.last)
        writer.raw(",\"record\":")
        writer.integer(record.sequence)
        writer.raw(",\"signed\":")
        writer.raw(isSigned ? "true" : "false")
        writer.raw("}")
    }
}
