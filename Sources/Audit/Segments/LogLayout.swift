/// Where the files of a log stand.
struct LogLayout: Sendable {
    let directory: String

    var segments: String { directory + "/segments" }
    var quarantine: String { directory + "/quarantine" }
    var tree: String { directory + "/tree" }
    var keys: String { directory + "/keys" }
    var checkpoint: String { directory + "/checkpoint" }
    var packing: String { directory + "/packing" }
    var reserve: String { directory + "/reserve" }
    var pruned: String { directory + "/pruned" }
    var lock: String { directory + "/lock" }

    func segment(_ name: String) -> String { segments + "/" + name }
}

/// One segment of a log as its file's name tells it.
struct SegmentEntry: Equatable {
    var name: String
    var firstSequence: UInt64
    /// Whether the file is a sealed segment that was compressed.
    var isArchived: Bool
}

/// The name of a segment: its first sequence in 20 digits and `.jsonl`, or `.jsonl.gz` once it is archived.
enum SegmentName {
    static let suffix = ".jsonl"
    static let archivedSuffix = ".jsonl.gz"

    static func make(firstSequence: UInt64) -> String {
        let digits = String(firstSequence)
        return String(repeating: "0", count: 20 - digits.count) + digits + suffix
    }

    /// The first sequence that the canonical name of a plain segment tells, or nil.
    static func parse(_ name: String) -> UInt64? {
        guard name.utf8.count == 26, let sequence = UInt64(name.prefix(20)) else { return nil }
        return sequence > 0 && make(firstSequence: sequence) == name ? sequence : nil
    }

    /// What a name of either form tells, or nil.
    static func entry(_ name: String) -> SegmentEntry? {
        if let first = parse(name) {
            return SegmentEntry(name: name, firstSequence: first, isArchived: false)
        }
        guard name.hasSuffix(".gz"), let first = parse(String(name.dropLast(3))) else { return nil }
        return SegmentEntry(name: name, firstSequence: first, isArchived: true)
    }

    /// The segments of a folder in order; a name that is none comes back as `unknown`.
    ///
    /// Where a crash left both forms of a segment, the plain one counts.
    static func entries(of names: [String]) -> (segments: [SegmentEntry], unknown: String?) {
        var segments: [SegmentEntry] = []
        for name in names {
            guard let entry = entry(name) else { return (segments, name) }
            segments.append(entry)
        }
        let plain = Set(segments.filter { !$0.isArchived }.map(\.firstSequence))
        segments.removeAll { $0.isArchived && plain.contains($0.firstSequence) }
        return (segments.sorted { $0.firstSequence < $1.firstSequence }, nil)
    }
}
