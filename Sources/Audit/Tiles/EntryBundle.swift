/// The records of the bundle that is not full yet, each behind its length in two bytes (C2SP tlog-tiles).
struct EntryBundle: Sendable {
    private var index: UInt64 = 0
    private var bytes: [UInt8] = []
    private var count = 0

    init() {}

    /// Takes the bundle that a tree of so many records ends with; nil where it is not there.
    init?(of size: UInt64, in folder: TileFolder) throws(FileFault) {
        index = size / UInt64(TilePlace.fullWidth)
        count = Int(size % UInt64(TilePlace.fullWidth))
        // The tiles may have been made without records until now.
        if index > 0 {
            guard try folder.bundle(TilePlace(.entries, index: index - 1)) != nil else {
                return nil
            }
        }
        if count == 0 { return }
        guard let kept = try folder.bundle(TilePlace(.entries, index: index, width: count)) else {
            return nil
        }
        bytes = kept
    }

    /// The next record; gives the bundle that it fills.
    mutating func append(_ line: [UInt8], at size: UInt64) -> (TilePlace, [UInt8])? {
        // Where the records before it are gone, the bundle that they would begin is left alone.
        guard Int(size % UInt64(TilePlace.fullWidth)) == count else { return nil }
        // No record is longer than 60 KiB.
        let length = UInt16(truncatingIfNeeded: line.count)
        bytes.append(UInt8(length >> 8))
        bytes.append(UInt8(length & 255))
        bytes += line
        count += 1
        index = size / UInt64(TilePlace.fullWidth)
        guard count == TilePlace.fullWidth else { return nil }
        defer {
            bytes = []
            count = 0
        }
        return (TilePlace(.entries, index: index), bytes)
    }

    /// The bundle as it stands.
    var partial: (TilePlace, [UInt8])? {
        count == 0 ? nil : (TilePlace(.entries, index: index, width: count), bytes)
    }
}
