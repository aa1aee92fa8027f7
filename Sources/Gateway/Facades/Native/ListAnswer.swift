internal import StrictJSON

extension Answer {
    /// A page of a list: the entries under their name, each of so many bytes or so, and `next`, where more follow, from the key of the
    /// page's last entry and what tells this list from others.
    static func page<Entry>(
        _ name: StaticString, _ entries: [Entry], entryBytes: Int, next: String?,
        of list: [String?], _ write: (Entry, inout JSONWriter) -> Void
    ) -> Answer {
        var writer = JSONWriter(capacity: 64 + entries.count * entryBytes)
        writer.raw("{")
        writer.page(name, entries, next: next, of: list, write)
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }
}

extension JSONWriter {
    /// The members of such an answer, without brackets.
    mutating func page<Entry>(
        _ name: StaticString, _ entries: [Entry], next: String?, of list: [String?],
        _ write: (Entry, inout JSONWriter) -> Void
    ) {
        raw("\"")
        raw(name)
        raw("\":[")
        for (index, entry) in entries.enumerated() {
            if index > 0 { raw(",") }
            write(entry, &self)
        }
        raw("]")
        self.next(next, of: list)
    }

    /// The member `next`; the last page has none.
    mutating func next(_ key: String?, of list: [String?]) {
        guard let key else { return }
        raw(",\"next\":")
        string(ListCursor(key).text(of: list))
    }
}
