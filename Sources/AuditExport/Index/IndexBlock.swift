internal import Audit
internal import Crypto

/// What records are searched by.
enum IndexDimension: Int, CaseIterable, Sendable {
    case principal = 1
    case service, namespace, action, decision, rule, type

    func value(of facts: RecordFacts) -> String? {
        switch self {
        case .principal: facts.principal
        case .service: facts.service
        case .namespace: facts.namespace
        case .action: facts.action
        case .decision: facts.decision
        case .rule: facts.rule
        case .type: facts.type
        }
    }

    func value(of filter: RecordFilter) -> String? {
        switch self {
        case .principal: filter.principal
        case .service: filter.service
        case .namespace: filter.namespace
        case .action: filter.action
        case .decision: filter.decision
        case .rule: filter.rule
        case .type: filter.type
        }
    }
}

/// The index of `ExportLimits.blockRecords` records: where each stands, its leaf hash, and lists of who has which value.
///
/// Made of the log alone, so that the same log always makes the same block; the digest says whether a stored one is that.
struct IndexBlock: Sendable {
    struct Posting: Sendable, Hashable {
        var dimension: Int
        var value: String
    }

    var first: UInt64
    var count: Int
    var timeMin: Int64
    var timeMax: Int64
    /// The segment of the first record; then, a record each, the steps to its segment and offset.
    var places: [UInt8]
    /// 32 bytes a record.
    var leaves: [UInt8]
    /// The places in the block, from 0, as growing numbers.
    var postings: [(key: Posting, positions: [UInt8])]
    /// Where reading goes on, at or before the block's end.
    var resume: TailPlace

    var digest: [UInt8] {
        var hash = SHA256()
        func add(_ number: UInt64) {
            withUnsafeBytes(of: number.bigEndian) { hash.update(bufferPointer: $0) }
        }
        func add(_ bytes: [UInt8]) {
            add(UInt64(bytes.count))
            hash.update(data: bytes)
        }
        add(first)
        add(UInt64(count))
        add(UInt64(bitPattern: timeMin))
        add(UInt64(bitPattern: timeMax))
        add(places)
        add(leaves)
        let sorted = postings.sorted {
            ($0.key.dimension, $0.key.value) < ($1.key.dimension, $1.key.value)
        }
        for posting in sorted {
            add(UInt64(posting.key.dimension))
            add(Array(posting.key.value.utf8))
            add(posting.positions)
        }
        return Array(hash.finalize())
    }
}

/// Makes a block, record by record.
struct IndexBlockBuilder {
    private struct List {
        var writer = VarintWriter()
        var next: UInt64 = 0

        mutating func add(_ place: UInt64) {
            writer.append(place - next)
            next = place + 1
        }
    }

    let first: UInt64
    private(set) var count = 0
    private var timeMin = Int64.max
    private var timeMax = Int64.min
    private var places = VarintWriter()
    private var leaves: [UInt8] = []
    private var lists: [IndexBlock.Posting: List] = [:]
    private var segment: UInt64 = 0
    private var offset: UInt64 = 0

    init(first: UInt64) {
        self.first = first
        leaves.reserveCapacity(ExportLimits.blockRecords * 32)
    }

    var isFull: Bool { count == ExportLimits.blockRecords }

    mutating func add(_ record: TailedRecord) {
        if record.segment != segment {
            places.append(record.segment &- segment)
            segment = record.segment
            offset = 0
        } else {
            places.append(0)
        }
        places.append(UInt64(bitPattern: record.offset) &- offset)
        offset = UInt64(bitPattern: record.offset)
        MerkleTree.leafHash(of: record.line).withUnsafeBytes { leaves += $0 }
        if let facts = RecordFacts(record.line) {
            timeMin = min(timeMin, facts.nanoseconds)
            timeMax = max(timeMax, facts.nanoseconds)
            for dimension in IndexDimension.allCases {
                guard let value = dimension.value(of: facts) else { continue }
                add(IndexBlock.Posting(dimension: dimension.rawValue, value: value))
            }
        }
        count += 1
    }

    private mutating func add(_ posting: IndexBlock.Posting) {
        lists[posting, default: List()].add(UInt64(count))
    }

    func block(resume: TailPlace) -> IndexBlock {
        IndexBlock(
            first: first, count: count, timeMin: timeMin, timeMax: timeMax, places: places.bytes,
            leaves: leaves, postings: lists.map { (key: $0.key, positions: $0.value.writer.bytes) },
            resume: resume)
    }
}
