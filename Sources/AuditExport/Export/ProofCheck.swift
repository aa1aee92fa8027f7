internal import Audit
internal import Crypto
internal import Foundation

/// One check of an export against its proof.
struct ProofCheck {
    private let recordsFile: String
    private let proofFile: String
    private let records: Data
    private var proof: LineWalk
    private var lines: LineWalk
    private var tree = MerkleRange()
    private var counts = ExportCounts()
    private var first: UInt64 = 0
    private var last: UInt64 = 0

    init(recordsFile: String, proofFile: String) throws(ExportError) {
        self.recordsFile = recordsFile
        self.proofFile = proofFile
        records = try FileBytes.read(recordsFile)
        lines = LineWalk(records)
        proof = LineWalk(try FileBytes.read(proofFile))
    }

    mutating func run() throws(ExportError) -> ExportReport {
        _ = try value("maxine-export-proof", is: "1")
        let format = try format()
        let filterText = try value("filter")
        let filter = try RecordFilter(json: filterText)
        if !format.header.isEmpty {
            guard let line = lines.next(), line + [0x0A] == format.header else {
                throw fault(recordsFile, lines.number, "the header line is missing or changed")
            }
        }
        var trailer = try entries(format, filter)
        func next(_ name: String) throws(ExportError) -> String {
            guard let line = trailer else { throw fault(proofFile, proof.number, "it ends early") }
            guard line.hasPrefix(name + " ") else {
                throw fault(proofFile, proof.number, "expected '\(name)', got \(quoted(line))")
            }
            trailer = proof.next().map { String(decoding: $0, as: UTF8.self) }
            return String(line.dropFirst(name.utf8.count + 1))
        }
        let size = try next("size")
        let root = try next("root")
        try expect(size, String(tree.end), "size")
        try expect(root, tree.root?.base64 ?? "", "root")
        try expect(try next("range"), "\(first) \(last)", "range")
        try expect(try next("exported"), String(counts.exported), "exported")
        try expect(try next("left-out"), String(counts.leftOut), "left-out")
        try expect(try next("outside"), String(counts.outside), "outside")
        try expect(try next("sha256"), Hexadecimal.text(SHA256.hash(data: records)), "sha256")
        guard trailer == nil else { throw fault(proofFile, proof.number, "more follows the end") }
        if lines.next() != nil {
            throw fault(recordsFile, lines.number, "the proof knows no such record")
        }
        guard let known = tree.root else { throw fault(proofFile, 0, "it has no root") }
        return ExportReport(
            size: tree.end, root: known, first: first, last: last, counts: counts,
            filter: filterText, format: format)
    }

    /// Walks subtrees and leaves; gives the first line that is neither.
    private mutating func entries(
        _ format: ExportFormat, _ filter: RecordFilter
    ) throws(ExportError) -> String? {
        while let bytes = proof.next() {
            let line = String(decoding: bytes, as: UTF8.self)
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            switch (words.first, words.count) {
            case ("t", 3):
                guard let level = Int(words[1]), let hash = TreeHash(base64: String(words[2])),
                    (0..<63).contains(level),
                    tree.append(MerkleRange.Subtree(level: level, hash: hash))
                else { throw fault(proofFile, proof.number, "no subtree stands here") }
                counts.outside += 1 << UInt64(level)
            case ("x", 2): _ = try leaf(words[1], isExported: false)
            case ("i", 2):
                let hash = try leaf(words[1], isExported: true)
                try record(hash, format, filter)
            default: return line
            }
        }
        return nil
    }

    private mutating func leaf(
        _ text: Substring, isExported: Bool
    ) throws(ExportError) -> LeafHash {
        guard let hash = TreeHash(base64: String(text)) else {
            throw fault(proofFile, proof.number, "\(quoted(String(text))) is no hash")
        }
        tree.append(hash)
        if first == 0 { first = tree.end }
        guard first + counts.exported + counts.leftOut == tree.end else {
            throw fault(proofFile, proof.number, "a subtree stands amid the time asked for")
        }
        last = tree.end
        if isExported { counts.exported += 1 } else { counts.leftOut += 1 }
        return hash
    }

    /// The export's next line must be the record of that hash, and must fit the filter.
    private mutating func record(
        _ hash: LeafHash, _ format: ExportFormat, _ filter: RecordFilter
    ) throws(ExportError) {
        guard let line = lines.next() else {
            throw fault(recordsFile, lines.number + 1, "record \(tree.end) is missing")
        }
        guard format == .jsonl else {
            let text = String(decoding: line, as: UTF8.self).replacing("\\", with: "")
            guard text.contains(hash.base64) else {
                throw fault(recordsFile, lines.number, "this is not record \(tree.end)")
            }
            return
        }
        guard MerkleTree.leafHash(of: line) == hash else {
            throw fault(
                recordsFile, lines.number, "this is not record \(tree.end) as it was logged")
        }
        guard let facts = RecordFacts(line), filter.matches(facts) else {
            throw fault(recordsFile, lines.number, "record \(tree.end) does not fit the filter")
        }
    }

    private mutating func format() throws(ExportError) -> ExportFormat {
        try ExportFormat(parameter: try value("format"))
    }

    private mutating func value(
        _ name: String, is expected: String? = nil
    ) throws(ExportError) -> String {
        let line = proof.next().map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard line.hasPrefix(name + " ") else {
            throw fault(proofFile, proof.number, "expected '\(name)', got \(quoted(line))")
        }
        let value = String(line.dropFirst(name.utf8.count + 1))
        if let expected, value != expected {
            throw fault(proofFile, proof.number, "unknown version \(quoted(value))")
        }
        return value
    }

    private func expect(_ got: String, _ due: String, _ name: String) throws(ExportError) {
        if got == due { return }
        throw fault(
            proofFile, 0, "'\(name)' says \(quoted(got)), export and proof give \(quoted(due))")
    }

    private func fault(_ file: String, _ line: Int, _ why: String) -> ExportError {
        .unproven(file: file, line: line, why: why)
    }
}

/// Walks the lines of a file.
struct LineWalk {
    private let data: Data
    private var place: Int
    private(set) var number = 0

    init(_ data: Data) {
        self.data = data
        place = data.startIndex
    }

    /// The next line without its newline; nil at the end.
    mutating func next() -> [UInt8]? {
        guard place < data.endIndex else { return nil }
        let end = data[place...].firstIndex(of: 0x0A) ?? data.endIndex
        defer { place = end + 1 }
        number += 1
        return [UInt8](data[place..<end])
    }
}
