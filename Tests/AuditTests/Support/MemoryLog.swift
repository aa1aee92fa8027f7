import Audit

/// A log in a memory file system.
struct MemoryLog {
    static let folder = "/log"
    let system: MemoryFileSystem

    init(_ system: MemoryFileSystem = MemoryFileSystem()) { self.system = system }

    func configuration(segmentBytes: Int64 = 1 << 20, fillBytes: Int = 0) -> JournalConfiguration {
        var configuration = JournalConfiguration(directory: Self.folder, version: "test")
        configuration.segmentBytesMax = segmentBytes
        configuration.fillBytes = fillBytes
        configuration.retrySeconds = 0.001
        configuration.bootID = "boot"
        configuration.clock = { 1_795_000_000_000_000_000 }
        return configuration
    }

    var segments: [String] { system.paths(in: Self.folder + "/segments") }

    /// The lines of all segments, of each in one form: a crash may have left both, and what is packed aside.
    func lines() -> [String] {
        let segments = segments
        let whole = segments.filter {
            !$0.hasSuffix(".new")
                && !($0.hasSuffix(".gz") && segments.contains(String($0.dropLast(3))))
        }
        return whole.flatMap {
            String(decoding: written($0), as: UTF8.self).split(separator: "\n")
        }
        .map(String.init)
    }

    /// The bytes of a segment as they were written; of a packed one that is damaged, those that can be unpacked.
    func written(_ path: String) -> [UInt8] {
        let bytes = system.bytes(of: path)
        return path.hasSuffix(".gz") ? GzipBytes.unpackable(bytes).bytes : bytes
    }

    /// Puts other bytes in a segment, packed where it is.
    func write(_ bytes: [UInt8], in path: String) throws {
        system.setBytes(path.hasSuffix(".gz") ? try GzipBytes.packed(bytes) : bytes, of: path)
    }

    func verify(
        against ends: [LogAnchor] = [], by keys: [VerifierKey] = []
    ) -> Result<VerifyReport, LogDamage> {
        LogVerifier.verify(
            directory: Self.folder, against: ends, by: keys, system: system, liveRetries: 1)
    }

    /// Opens the log as a new process would, notes what is in it and closes it.
    func reopen() throws(AuditError) -> [ReplayedRecord] {
        var seen: [ReplayedRecord] = []
        let journal = try Journal.open(configuration(), system: system) { seen.append($0) }
        journal.close()
        return seen
    }

    /// Whether each acknowledged record stands in the log at its sequence with its hash.
    func holds(_ acknowledged: [(sequence: UInt64, leaf: LeafHash)]) -> Bool {
        let records = lines().filter { $0.hasPrefix(#"{"seq":"#) }
        return acknowledged.allSatisfy { entry in
            let index = Int(entry.sequence) - 1
            return index < records.count
                && MerkleTree.leafHash(of: Array(records[index].utf8)) == entry.leaf
        }
    }
}
