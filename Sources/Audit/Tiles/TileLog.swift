/// The tree of a log in tiles, brought up to the log's signed ends one after the other.
struct TileLog: ~Copyable {
    private let folder: TileFolder
    private let directory: String
    private let system: any FileSystem
    /// Whether the records themselves stand in the tiles, too, as outsiders who check everything need them.
    private let hasEntries: Bool
    private var edge = TileEdge()
    private var bundle = EntryBundle()
    private var tail: LogTail?
    /// Records that were read and stand behind the end that was asked for.
    private var pending: ArraySlice<TailedRecord> = []
    /// How often a record that is on disk may still not be found there.
    private var patience = Limits.liveRetriesMax
    /// Whether the first of the tiles are from before this process.
    private var isResumed = false

    /// Opens the tiles of a log; what is there and can't be gone on with is made anew.
    init(
        system: any FileSystem, directory: String, hasEntries: Bool
    ) throws(FileFault) {
        self.system = system
        self.directory = directory
        self.hasEntries = hasEntries
        folder = TileFolder(system: system, directory: LogLayout(directory: directory).tiles)
        edge = base
        try resume()
    }

    /// How many records the tiles hold.
    var size: UInt64 { edge.size }

    /// The root over them.
    var root: TreeHash { edge.root }

    /// Goes on towards an end of the log, at most some records a call.
    ///
    /// - Returns: Whether the end is reached; where it is not, the next call goes on.
    /// - Throws: ``AuditError``; then the next call begins anew.
    mutating func advance(
        to end: LogAnchor, leaves: LeafQueue?
    ) throws(AuditError) -> Bool {
        if edge.size > end.size { try restart() }
        let next = min(end.size, edge.size + UInt64(Limits.tileRecordsAtOnce))
        do throws(FileFault) {
            if !hasEntries, let taken = leaves?.take(from: edge.size, to: next) {
                for leaf in taken { try append(leaf) }
                tail = nil
                pending = []
            } else {
                try read(to: next)
            }
        } catch {
            try restart()
            throw error.asAuditError
        }
        guard edge.size >= end.size else { return false }
        guard edge.root == end.root else {
            let wasResumed = isResumed
            try restart()
            // They may have been of another log, or of one that lost its end.
            if wasResumed { return false }
            throw .refusing("the log's records do not lead to the root that it told")
        }
        return true
    }

    /// Writes what is not full yet, and then the signed end that all of it leads to.
    func publish(_ checkpoint: [UInt8]) throws(AuditError) {
        do throws(FileFault) {
            for (place, hashes) in edge.partials { try folder.write(hashes, as: place) }
            if hasEntries, let (place, bytes) = bundle.partial {
                try folder.write(bytes, as: place)
            }
            try folder.write(checkpoint: checkpoint)
        } catch {
            throw error.asAuditError
        }
    }

    /// The hashes of ranges of leaves, which must not go beyond the tiles; nil where a tile is missing.
    func hashes(of ranges: [Range<UInt64>]) throws(AuditError) -> [TreeHash]? {
        do throws(FileFault) {
            return try folder.hashes(of: ranges, beside: edge)
        } catch {
            throw error.asAuditError
        }
    }

    /// The bytes of a tile of hashes that was published; nil where it is not there, or not whole.
    func tile(_ place: TilePlace) throws(AuditError) -> [UInt8]? {
        do throws(FileFault) {
            return try folder.hashes(of: place)?.flatMap(\.bytes)
        } catch {
            throw error.asAuditError
        }
    }

    /// How many records stand before the first that the tiles can be made anew from: those that were taken away.
    var baseSize: UInt64 { base.size }

    private var base: TileEdge {
        let head = PrunedHead(system: system, layout: LogLayout(directory: directory))
        return head.edge(of: head.mark(.anybody)) ?? TileEdge()
    }

    /// Forgets all and begins with the first record again that there is.
    mutating func restart() throws(AuditError) {
        edge = base
        bundle = EntryBundle()
        tail = nil
        pending = []
        patience = Limits.liveRetriesMax
        isResumed = false
    }

    private mutating func append(_ leaf: LeafHash) throws(FileFault) {
        let folder = folder
        try edge.append(leaf) { place, hashes throws(FileFault) in
            try folder.write(hashes, as: place)
        }
    }

    private mutating func append(_ record: TailedRecord) throws(FileFault) {
        if hasEntries, let (place, bytes) = bundle.append(record.line, at: edge.size) {
            try folder.write(bytes, as: place)
        }
        try append(MerkleTree.leafHash(of: record.line))
    }

    /// Reads records from the log's files.
    private mutating func read(to end: UInt64) throws(FileFault) {
        if tail == nil {
            tail = LogTail(directory: directory, from: edge.size + 1, system: system)
        }
        while edge.size < end {
            if pending.isEmpty { pending = try nextRecords()[...] }
            if pending.isEmpty { return try lookAgain() }
            patience = Limits.liveRetriesMax
            while edge.size < end, let record = pending.popFirst() {
                if record.sequence == edge.size + 1 { try append(record) }
            }
        }
    }

    /// Records up to a known end are missing where they can't be read, since they were synced before the end was told.
    private mutating func lookAgain() throws(FileFault) {
        patience -= 1
        if patience > 0 { return }
        throw FileFault(
            operation: "read record \(edge.size + 1) in",
            path: LogLayout(directory: directory).segments, errno: PosixFileSystem.inputOutput)
    }

    private mutating func nextRecords() throws(FileFault) -> [TailedRecord] {
        do throws(AuditError) {
            return try tail?.next() ?? []
        } catch {
            throw FileFault(
                operation: "read (\(error))", path: directory, errno: PosixFileSystem.inputOutput)
        }
    }

    /// Goes on with the tiles that lead to the last end that they were published for.
    private mutating func resume() throws(FileFault) {
        guard let bytes = try folder.checkpoint(), let note = SignedNote(bytes),
            let (_, end) = Checkpoint.parse(note.text)
        else { return }
        var levels: [[TreeHash]] = []
        for level in 0..<TilePlace.levels {
            let width = TileEdge.width(of: end.size, at: level)
            let index = end.size >> UInt64((level + 1) * TilePlace.height)
            let place = TilePlace(.hashes(level: level), index: index, width: width)
            guard let hashes = width == 0 ? [] : try folder.hashes(of: place) else { return }
            levels.append(hashes)
        }
        guard let kept = TileEdge(size: end.size, levels: levels), kept.root == end.root else {
            return
        }
        if hasEntries {
            guard let kept = try EntryBundle(of: end.size, in: folder) else { return }
            bundle = kept
        }
        edge = kept
        isResumed = true
    }
}
