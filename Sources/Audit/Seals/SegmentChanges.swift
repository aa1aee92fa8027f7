import Text

/// The records of one segment that every start has to see, though it does not read the segment.
///
/// Those are all changes and what the log says of itself, but no change of the catalogue, which is stored elsewhere by then.
/// Of these only the halves are kept that have their other half in another segment, so that no intent is missed that has no outcome.
struct SegmentChanges {
    /// The segment's first record.
    private let first: UInt64
    private var kept: [(sequence: UInt64, line: [UInt8])] = []
    /// Changes of the catalogue that have no outcome yet.
    private var open: [UInt64: [UInt8]] = [:]
    /// The last change of the catalogue; 0 where there is none.
    private(set) var lastOfCatalogue: UInt64 = 0

    private static let catalogue = "service."
    /// Changes nothing that is stored.
    private static let renewal = "service.heartbeat"
    /// What nothing is ever made of.
    private static let passing: Set<String> = ["log.segment", "log.heartbeat"]

    init(from first: UInt64) { self.first = first }

    /// Takes the next record that is neither a read nor a refusal.
    mutating func take(_ record: ReplayedRecord) {
        let action = record.action
        let isOfCatalogue = action.hasPrefix(Self.catalogue)
        switch record.kind {
        case .intent where isOfCatalogue:
            if !action.isExactly(Self.renewal) { lastOfCatalogue = record.sequence }
            open[record.sequence] = record.line
        case .outcome where isOfCatalogue:
            guard let intent = record.intent, open.removeValue(forKey: intent) == nil,
                intent < first
            else { return }
            kept.append((record.sequence, record.line))
        case .system where isOfCatalogue: lastOfCatalogue = record.sequence
        case .system where Self.passing.contains(action): return
        case .intent, .outcome, .system: kept.append((record.sequence, record.line))
        case .decision, .aggregate, nil: return
        }
    }

    /// All of them in the log's order, each with its newline.
    var lines: [UInt8] {
        let all = (kept + open.map { ($0.key, $0.value) }).sorted { $0.sequence < $1.sequence }
        var out: [UInt8] = []
        out.reserveCapacity(all.reduce(0) { $0 + $1.line.count + 1 })
        for (_, line) in all {
            out += line
            out.append(UInt8(ascii: "\n"))
        }
        return out
    }

    /// The records of such lines; nil where one is none.
    static func records(of lines: [UInt8]) -> [ReplayedRecord]? {
        var records: [ReplayedRecord] = []
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            guard let sequence = line.withUnsafeBytes({ RecordLine.sequence(of: $0) }) else {
                return nil
            }
            records.append(ReplayedRecord(sequence: sequence, line: Array(line)))
        }
        return records
    }
}
