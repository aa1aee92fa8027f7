internal import StrictJSON

/// The small files of a bundle.
enum BundleText {
    static func gaps(_ survey: LogSurvey) -> [UInt8] {
        let items = (survey.gaps + survey.openIntents).map { gap in
            JSONBuilder.object { part in
                part.number("seq", gap.sequence)
                part.text("time", gap.time)
                part.text("what", gap.kind)
                part.raw("detail", Array(gap.detail.utf8))
            }
        }
        return JSONBuilder.object { $0.objects("gaps", items) } + [0x0A]
    }

    static func counts(_ survey: LogSurvey, _ counts: ExportCounts) -> [UInt8] {
        JSONBuilder.object { part in
            part.number("first_seq", survey.first?.sequence)
            part.text("first_time", survey.first?.time)
            part.number("last_seq", survey.last?.sequence)
            part.text("last_time", survey.last?.time)
            part.number("exported", counts.exported)
            part.number("left_out", counts.leftOut)
            part.number("outside", counts.outside)
            part.object("decisions") { object in
                for (name, count) in survey.decisions.sorted(by: { $0.key < $1.key }) {
                    object.number(name, count)
                }
            }
            part.object("events") { object in
                for (name, count) in survey.counts.sorted(by: { $0.key < $1.key }) {
                    object.number(name, count)
                }
            }
        } + [0x0A]
    }

    /// The control matrix with the number of records in the log that answer each row.
    static func controls(_ survey: LogSurvey, _ frameworks: [Control.Framework]) -> [UInt8] {
        var out = "framework,control,asks for,events,evidence,records\n"
        for control in Control.all where frameworks.contains(control.framework) {
            let count = control.groups.reduce(0) { $0 + (survey.groups[$1] ?? 0) }
            out +=
                [
                    control.framework.title, control.id, control.asks,
                    control.groups.map(\.rawValue).joined(separator: " "), control.evidence,
                    control.groups.isEmpty ? "" : String(count),
                ].map(CSVFormat.field).joined(separator: ",") + "\n"
        }
        return Array(out.utf8)
    }

    static func policies(_ digests: [String], present: [String]) -> [UInt8] {
        let items = digests.map { digest in
            JSONBuilder.object { part in
                part.text("digest", digest)
                part.flag("included", present.contains(digest))
            }
        }
        return JSONBuilder.object { $0.objects("policies", items) } + [0x0A]
    }
}
