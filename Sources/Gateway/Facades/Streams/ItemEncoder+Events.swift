internal import NIOCore

/// One server-sent event (HTML standard, section 9.2).
package struct ServerEvent: Sendable {
    /// The event's type; nil for `message`.
    package var type: String?
    /// What a client that comes back names as the last it had.
    package var id: String?
    package var data: String

    package init(_ data: String, type: String? = nil, id: String? = nil) {
        self.data = data
        self.type = type
        self.id = id
    }

    /// A type or an id that could break out of its line is cut there; each line of the data is a field of its own.
    func write(to out: inout ByteBuffer) {
        if let type { out.writeString("event: \(Self.lines(type)[0])\n") }
        if let id { out.writeString("id: \(Self.lines(id)[0])\n") }
        for line in Self.lines(data) { out.writeString("data: \(line)\n") }
        out.writeStaticString("\n")
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
    }
}

extension ItemEncoder {
    /// Server-sent events.
    package static func events(
        _ event: @escaping @Sendable (Item) -> ServerEvent
    ) -> ItemEncoder {
        ItemEncoder("text/event-stream") { item, _, out in event(item).write(to: &out) }
    }
}
