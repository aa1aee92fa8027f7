internal import Policy
internal import StrictJSON

/// A replay's report as JSON: the answer of `POST /policy/replay` and of the command.
public enum ReplayJSON {
    /// Encodes a report and which bounds it breaks.
    public static func encode(_ report: ReplayReport, broken: [String]) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.raw("{\"passed\":")
        writer.raw(broken.isEmpty ? "true" : "false")
        writer.raw(",\"broken\":")
        writer.strings(broken)
        if let candidate = report.candidate { writer.text("candidate", candidate) }
        writer.count("recordsVerified", report.recordsVerified)
        writer.text("root", report.root)
        if let range = report.range {
            writer.count("from", range.lowerBound)
            writer.count("to", range.upperBound)
        }
        writer.count("decisions", report.decisions)
        writer.count("reproduced", report.reproduced)
        writer.count("otherRecords", report.others)
        writer.count("newlyAllowed", report.newlyAllowedCount)
        writer.count("newlyDenied", report.newlyDeniedCount)
        writer.count("notReplayable", report.notReplayableCount)
        writer.count("unlisted", report.unlisted)
        writer.raw(",\"changes\":{")
        writer.groups("newlyAllowed", report.newlyAllowed, isFirst: true)
        writer.groups("newlyDenied", report.newlyDenied)
        writer.groups("ruleChanged", report.ruleChanged)
        writer.groups("notReproduced", report.notReproduced)
        writer.raw("},\"reasons\":")
        writer.list(report.notReplayable) { writer, reason in
            writer.raw("{\"reason\":")
            writer.string(reason.reason)
            writer.count("count", reason.count)
            writer.samples(reason.samples)
            writer.raw("}")
        }
        writer.raw("}")
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func groups(
        _ name: StaticString, _ groups: [ReplayReport.Group], isFirst: Bool = false
    ) {
        raw(isFirst ? "\"" : ",\"")
        raw(name)
        raw("\":")
        list(groups) { writer, group in
            writer.raw("{\"principal\":")
            writer.string(group.principal)
            writer.text("action", group.action)
            writer.text("service", group.service)
            writer.text("before", group.before.text)
            writer.text("after", group.after.text)
            writer.count("count", group.count)
            writer.samples(group.samples)
            writer.raw("}")
        }
    }

    fileprivate mutating func samples(_ sequences: [UInt64]) {
        raw(",\"samples\":")
        list(sequences) { $0.integer($1) }
    }
}
