/// Which part of a list is asked for: so many entries whose keys come after one.
///
/// A list is ordered by its keys, and a page begins after a key, not at a number: so a list that changes between two
/// pages neither skips nor doubles an entry that was there all the while.
public struct ListRange: Equatable, Sendable {
    /// The key after which the page begins; nil for the first page.
    public let after: String?
    /// The most entries, from 1 to ``RegistryLimits/pageEntriesMax``.
    public let limit: Int

    /// Makes a range; a limit that is outside is brought to the nearest that is inside.
    public init(after: String? = nil, limit: Int = RegistryLimits.pageEntriesMax) {
        self.after = after
        self.limit = min(max(limit, 1), RegistryLimits.pageEntriesMax)
    }
}

/// The entries of one page, and where the next one begins.
public struct ListPage<Entry: Sendable>: Sendable {
    /// In the order of their keys.
    public private(set) var entries: [Entry] = []
    /// The key of the last entry; nil where no more come after it.
    public private(set) var next: String?

    private let limit: Int
    private var bytes = 0
    private var last: String?

    init(_ range: ListRange) {
        limit = range.limit
    }

    /// Adds an entry if there is room: for one, however large it is.
    ///
    /// - Returns: False where the page is full; then it ends after the entry before.
    mutating func add(_ entry: Entry, key: String, bytes: Int) -> Bool {
        let total = self.bytes + bytes
        guard entries.count < limit, entries.isEmpty || total <= RegistryLimits.pageBytesMax else {
            next = last
            return false
        }
        entries.append(entry)
        self.bytes = total
        last = key
        return true
    }
}

extension ListPage: Equatable where Entry: Equatable {}
