import Audit
import Foundation
import Support

/// The lines of a log's segments, to be changed, and the batches that they stand in.
struct LogLines {
    typealias Line = [UInt8]

    let paths: [String]
    /// The lines of each segment.
    var segments: [[Line]]

    init(_ log: MemoryLog) {
        paths = log.segments
        segments = paths.map { path in
            log.written(path).split(separator: 10).map { Array($0) }
        }
    }

    static func isCommit(_ line: Line) -> Bool {
        line.starts(with: Array(#"{"type":"commit""#.utf8))
    }

    /// The ranges of lines from a batch's first record to its commit line, both included.
    func batches(of segment: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for (index, line) in segments[segment].enumerated() where Self.isCommit(line) {
            ranges.append(start..<index + 1)
            start = index + 1
        }
        return ranges
    }

    /// The tree over all records before a line.
    func tree(before line: Int, of segment: Int) -> MerkleTree {
        var tree = MerkleTree()
        for (index, lines) in segments.enumerated() where index <= segment {
            for record in index == segment ? lines[..<line] : lines[...]
            where !Self.isCommit(record) {
                tree.append(MerkleTree.leafHash(of: record))
            }
        }
        return tree
    }

    /// Writes a segment back.
    func put(_ segment: Int, into log: MemoryLog) throws {
        try log.write(Self.bytes(segments[segment]), in: paths[segment])
    }

    static func bytes(_ lines: [Line]) -> [UInt8] { Array(lines.joined(separator: [10])) + [10] }

    /// The line with one character of a value replaced by another of its kind, so that it stays a record.
    static func edited(_ line: Line, _ random: inout SeededGenerator) -> Line {
        var line = line
        let digits = line.indices.filter { (0x30...0x39).contains(line[$0]) }
        if let place = digits.filter({ $0 > offset(behind: #""type":"#, in: line) })
            .randomElement(using: &random)
        {
            line[place] = 0x30 + (line[place] - 0x30 + UInt8.random(in: 1...9, using: &random)) % 10
        } else {
            // One of the log's own, which holds no number: its name becomes another.
            line[offset(behind: #""action":""#, in: line)] ^= 1
        }
        return line
    }

    private static func offset(behind mark: String, in line: Line) -> Int {
        let text = String(decoding: line, as: UTF8.self)
        guard let end = text.range(of: mark)?.upperBound else { return 0 }
        return text.utf8.distance(from: text.startIndex, to: end)
    }

    /// The commit line that closes a tree.
    static func commit(_ tree: MerkleTree, records: Int) -> Line {
        Array(
            #"{"type":"commit","size":\#(tree.size),"root":"\#(tree.root.base64)","records":\#(records)}"#
                .utf8)
    }

    /// Makes all commit lines and headers from a line on true again, as whoever holds the disk can.
    mutating func reseal(from line: Int, of segment: Int) {
        var tree = tree(before: line, of: segment)
        for index in segment..<segments.count {
            var records = 0
            for place in (index == segment ? line : 0)..<segments[index].count {
                if Self.isCommit(segments[index][place]) {
                    segments[index][place] = Self.commit(tree, records: records)
                    records = 0
                    continue
                }
                if place == 0 { segments[index][0] = Self.header(segments[index][0], of: tree) }
                tree.append(MerkleTree.leafHash(of: segments[index][place]))
                records += 1
            }
        }
    }

    private static func header(_ line: Line, of tree: MerkleTree) -> Line {
        let text = String(decoding: line, as: UTF8.self)
        guard let root = text.range(of: #""root":""#)?.upperBound,
            let end = text[root...].firstIndex(of: "\"")
        else { return line }
        let rootText = tree.size == 0 ? String(text[root..<end]) : tree.root.base64
        return Array((text[..<root] + rootText + text[end...]).utf8)
    }
}
