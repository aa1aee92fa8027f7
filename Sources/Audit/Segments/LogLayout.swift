import Text

/// Where the files of a log stand.
struct LogLayout: Sendable {
    let directory: String

    var segments: String { directory + "/segments" }
    var quarantine: String { directory + "/quarantine" }
    var lock: String { directory + "/lock" }
    /// The tree of the log in tiles, derived from the segments.
    var tiles: String { directory + "/tlog" }

    /// What was proved of full segments, signed.
    var seals: String { directory + "/seals" }

    /// Up to where the segments were read again.
    var selfAudit: String { seals + "/read-again" }

    /// Up to where segments were taken away, signed, and the right edge of the tree there.
    var pruned: String { seals + "/pruned" }
    func prunedEdge(at size: UInt64) -> String { seals + "/pruned-\(size).edge" }

    func segment(_ name: String) -> String { segments + "/" + name }

    func seal(of segment: String) -> String { seals + "/" + segment.prefix(20) + ".seal" }

    func changes(of segment: String) -> String { seals + "/" + segment.prefix(20) + ".changes" }

    /// What is said of names beside the segments that are none: they are passed over.
    static func warnings(of strangers: [String]) -> [String] {
        let named = strangers.prefix(Limits.strangersNamedMax).map { name in
            "segments/\(Quotation.cut(name)) is no segment of the log, passed over"
        }
        let rest = strangers.count - named.count
        return rest > 0 ? named + ["\(rest) more are no segments, passed over"] : named
    }

    /// The folder that holds what stands at a path.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// The name of a segment: its first sequence in 20 digits and `.jsonl`.
enum SegmentName {
    static func make(firstSequence: UInt64) -> String {
        let digits = String(firstSequence)
        return String(repeating: "0", count: 20 - digits.count) + digits + ".jsonl"
    }

    /// The first sequence that a canonical name tells, or nil.
    static func parse(_ name: String) -> UInt64? {
        guard name.utf8.count == 26, let sequence = UInt64(name.prefix(20)) else { return nil }
        return sequence > 0 && make(firstSequence: sequence) == name ? sequence : nil
    }

    /// What is wrong where a segment begins with another record than is due.
    static func due(_ sequence: UInt64) -> String {
        sequence == 1
            ? "the log's first records are gone, and nothing that its key signed says that they may be"
            : "the log continues with record \(sequence), this segment does not"
    }

    /// The segment that a packed file is of, or nil.
    static func packed(_ name: String) -> String? {
        guard name.hasSuffix(SegmentForm.packed.suffix) else { return nil }
        let segment = String(name.dropLast(SegmentForm.packed.suffix.count))
        return parse(segment) == nil ? nil : segment
    }
}
