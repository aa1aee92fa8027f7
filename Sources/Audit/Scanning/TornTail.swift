/// Tells a batch that was torn while it was written from damage.
///
/// A batch is one write. What a crash leaves of it is a part: it has no complete commit line, or
/// whole sectors of it are missing, or its last line is cut. Anything else behind the last good
/// commit line was changed by someone, and so is damage.
enum TornTail {
    static let sectorBytes: Int64 = 512

    /// Whether the bytes from `offset` to the end of the file can be what is left of one batch.
    static func isTorn(_ tail: [UInt8], at offset: Int64) -> Bool {
        let content = tail.lastIndex { !isEmpty($0) }.map { $0 + 1 } ?? 0
        guard let commit = firstCommit(in: tail[..<content]) else { return true }
        guard commit.endIndex == content else { return false }
        let isComplete = commit.withUnsafeBytes { CommitLine.parse($0) != nil }
        let isTerminated = content < tail.count && tail[content] == UInt8(ascii: "\n")
        if !isComplete || !isTerminated { return true }
        return hasLostSector(tail[..<content], at: offset)
    }

    /// The first line that claims to be a commit line; in one batch nothing comes behind it.
    private static func firstCommit(in tail: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        tail.split(separator: UInt8(ascii: "\n")).first { line in
            line.withUnsafeBytes { CommitLine.claims($0) }
        }
    }

    /// Whether a whole sector of the file holds nothing of the tail that lies in it.
    private static func hasLostSector(_ tail: ArraySlice<UInt8>, at offset: Int64) -> Bool {
        var start = 0
        while start < tail.count {
            let position = offset + Int64(start)
            let step = Int(sectorBytes - position % sectorBytes)
            let end = min(start + step, tail.count)
            if tail[start..<end].allSatisfy(isEmpty) { return true }
            start = end
        }
        return false
    }

    private static func isEmpty(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == 0 }
}
