/// What a log takes on disk.
public struct LogSpaceUse: Equatable, Sendable {
    /// The bytes of all its segments.
    public var bytes: Int64 = 0
    /// How many of them are packed.
    public var packed = 0
    /// How many are full, and not packed.
    public var unpacked = 0
}

extension JournalCore {
    var space: LogSpaceUse {
        var use = LogSpaceUse()
        for segment in sealedSegments {
            use.bytes += segment.facts.size
            switch segment.form {
            case .plain: use.unpacked += 1
            case .packed: use.packed += 1
            }
        }
        use.bytes += snapshot.written?.beingWritten.facts.size ?? 0
        return use
    }
}
