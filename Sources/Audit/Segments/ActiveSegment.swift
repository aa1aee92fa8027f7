import NIOConcurrencyHelpers
import Synchronization

/// The segment that is being written.
///
/// `file` and `end` belong to the writer. The fill is shared with the keeper: `ready` only grows,
/// and whoever makes it grow holds `fillLock`.
final class ActiveSegment: Sendable {
    let name: String
    let path: String
    let file: OpenFile
    /// What the file was when it was opened.
    let facts: FileFacts
    /// The tree that the segment continues.
    let start: MerkleTree
    /// Up to here the file holds acknowledged bytes, newlines or what the writer is writing.
    let ready: Synchronization.Atomic<Int64>
    private let fillLock = NIOLock()
    /// Whether the segment is full for good; guarded by `fillLock`.
    private let isSealed = Synchronization.Atomic(false)

    init(
        name: String, path: String, file: OpenFile, facts: FileFacts, start: MerkleTree,
        ready: Int64
    ) {
        self.name = name
        self.path = path
        self.file = file
        self.facts = facts
        self.start = start
        self.ready = Synchronization.Atomic(ready)
    }

    /// Writes a batch: over the fill if there is enough of it, else as an append.
    func write(
        _ bytes: UnsafeRawBufferPointer, at offset: Int64, through system: any FileSystem
    ) throws(FileFault) {
        let end = offset + Int64(bytes.count)
        if end <= ready.load(ordering: .acquiring) {
            return try system.writeWhole(bytes, to: file, at: offset)
        }
        fillLock.lock()
        defer { fillLock.unlock() }
        if end > ready.load(ordering: .acquiring) { ready.store(end, ordering: .releasing) }
        try system.writeWhole(bytes, to: file, at: offset)
    }

    /// Ends the fill for good, cuts it off and makes the cut durable.
    ///
    /// INVARIANT: done before the next segment exists, for only the log's last segment may have
    /// anything but its lines when the power goes: a sync of one file says nothing about another.
    func seal(at end: Int64, through system: any FileSystem) throws(FileFault) {
        fillLock.lock()
        defer { fillLock.unlock() }
        isSealed.store(true, ordering: .relaxed)
        try system.truncate(file, to: end)
        try system.sync(file)
    }

    /// Writes newlines behind `ready`, through the keeper's own file.
    ///
    /// False when the disk is full or the segment is sealed: then nothing more is to be filled.
    func extendFill(
        with newlines: [UInt8], to target: Int64, in own: OpenFile, through system: any FileSystem
    ) throws(FileFault) -> Bool {
        fillLock.lock()
        defer { fillLock.unlock() }
        if isSealed.load(ordering: .relaxed) { return false }
        let start = ready.load(ordering: .acquiring)
        let count = min(Int64(newlines.count), target - start)
        guard count > 0 else { return true }
        let result = newlines.withUnsafeBytes { block in
            let part = UnsafeRawBufferPointer(rebasing: block[..<Int(count)])
            return Result { () throws(FileFault) in try system.write(part, to: own, at: start) }
        }
        let written = try result.get()
        ready.store(start + Int64(written), ordering: .releasing)
        return written == Int(count)
    }
}
