/// What others know of a log: it has to hold as much, or it is not opened.
public struct KnownLog: Sendable {
    /// An end that the log had.
    public var anchor: LogAnchor?
    /// The end that was signed last: whoever was told it can prove that it was so.
    public var checkpoint: LogAnchor?
    /// The highest sequence that a store has from it.
    public var sequence: UInt64 = 0
    /// Whether there has to be a log, though nobody knows its end.
    public var mustExist = false
    /// Why an operator goes on without what is lost; nil where nobody said so.
    public var acceptedReason: String?

    /// Nothing is known.
    public init() {}

    /// The ends that the log had, without the one that every log has.
    var ends: [LogAnchor] { [anchor, checkpoint].compactMap { $0 }.filter { $0.size > 0 } }

    /// What is missing in a log that was read.
    func loss(in log: OpenedLog) -> LogLoss? {
        let size = log.tree.size
        let anchor = ends.max { $0.size < $1.size }
        let known = max(anchor?.size ?? 0, sequence)
        if known > size { return LogLoss(kind: .shorter, end: size, to: known, anchor: anchor) }
        for end in ends where log.roots[end.size] != end.root {
            // Within what was taken away no end can be looked for; that its end was signed has to do.
            if end.size < log.pruned?.tree.size ?? 0, log.roots[end.size] == nil { continue }
            return LogLoss(kind: .other, end: size, to: known, anchor: end)
        }
        if size == 0, mustExist { return LogLoss(kind: .absent, end: 0, to: 0, anchor: anchor) }
        return nil
    }
}

/// Records that a log once had and has no more.
public struct LogLoss: Equatable, Sendable {
    /// How they are missing.
    public enum Kind: String, Sendable {
        /// The log ends before them.
        case shorter
        /// The log holds others in their place.
        case other
        /// There is no log, where one was.
        case absent
    }

    /// How they are missing.
    public let kind: Kind
    /// The last record that the log holds.
    public let end: UInt64
    /// The last record that is known to have been; 0 where that is not known.
    public let to: UInt64
    /// The last end of the log that was noted, if one was.
    public let anchor: LogAnchor?

    /// The first record that is lost.
    public var from: UInt64 { kind == .shorter ? end + 1 : 1 }

    /// What is lost, in a few words.
    public var description: String {
        let root = anchor.map { " (tree root at \($0.size) records: \($0.root.base64))" } ?? ""
        switch kind {
        case .shorter: return "it ends at record \(end), records up to \(to) were written\(root)"
        case .other:
            return "its first \(anchor?.size ?? to) records are others than were written\(root)"
        case .absent: return "there is none, though its trust domain was in use"
        }
    }
}
