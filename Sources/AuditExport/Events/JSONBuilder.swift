internal import StrictJSON

/// Writes one JSON object, member by member; commas and brackets keep themselves.
struct JSONBuilder {
    private var writer = JSONWriter(capacity: 1024)
    private var isFirst = true

    /// The bytes of the object that a body writes.
    static func object(_ body: (inout JSONBuilder) -> Void) -> [UInt8] {
        var builder = JSONBuilder()
        builder.writer.raw("{")
        body(&builder)
        builder.writer.raw("}")
        return builder.writer.bytes
    }

    mutating func text(_ name: String, _ value: String?) {
        guard let value else { return }
        key(name)
        writer.string(value)
    }

    mutating func number(_ name: String, _ value: (some BinaryInteger)?) {
        guard let value else { return }
        key(name)
        writer.integer(value)
    }

    mutating func flag(_ name: String, _ value: Bool?) {
        guard let value else { return }
        key(name)
        writer.raw(value ? "true" : "false")
    }

    mutating func texts(_ name: String, _ values: [String]) {
        key(name)
        writer.strings(values)
    }

    mutating func raw(_ name: String, _ json: [UInt8]?) {
        guard let json else { return }
        key(name)
        writer.raw(json)
    }

    mutating func object(_ name: String, _ body: (inout JSONBuilder) -> Void) {
        raw(name, Self.object(body))
    }

    mutating func objects(_ name: String, _ items: [[UInt8]]) {
        key(name)
        writer.raw("[")
        for (index, item) in items.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.raw(item)
        }
        writer.raw("]")
    }

    private mutating func key(_ name: String) {
        if !isFirst { writer.raw(",") }
        isFirst = false
        writer.string(name)
        writer.raw(":")
    }
}
