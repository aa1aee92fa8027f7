/// OTLP/HTTP requests as protocol buffers (opentelemetry-proto 1, logs/v1 and collector/logs/v1).
enum OTLPProtobuf {
    static func request(_ events: [AuditEvent]) -> [UInt8] {
        var scopeLogs = ProtobufWriter()
        scopeLogs.message(1) { $0.text(1, OTLPRecord.scopeName) }
        for event in events { scopeLogs.bytes(2, record(OTLPRecord(event))) }
        var resourceLogs = ProtobufWriter()
        resourceLogs.message(1) { resource in
            for (name, value) in OTLPRecord.resource {
                resource.bytes(1, attribute(name, value))
            }
        }
        resourceLogs.bytes(2, scopeLogs.out)
        var request = ProtobufWriter()
        request.bytes(1, resourceLogs.out)
        return request.out
    }

    private static func record(_ record: OTLPRecord) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.fixed64(1, record.timeUnixNano)
        writer.varint(2, UInt64(record.severity))
        writer.text(3, record.severityText)
        writer.message(5) { $0.text(1, record.body) }
        for (name, value) in record.attributes { writer.bytes(6, attribute(name, value)) }
        writer.fixed64(11, record.timeUnixNano)
        writer.text(12, record.eventName)
        return writer.out
    }

    private static func attribute(_ name: String, _ value: OTLPRecord.Value) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.text(1, name)
        writer.message(2) { any in
            switch value {
            case .text(let text): any.text(1, text)
            case .flag(let flag): any.varint(2, flag ? 1 : 0)
            case .number(let number): any.varint(3, UInt64(bitPattern: number))
            }
        }
        return writer.out
    }
}

/// Writes protocol buffers by field number.
struct ProtobufWriter {
    private(set) var out: [UInt8] = []

    mutating func varint(_ field: Int, _ value: UInt64) {
        base128(UInt64(field) << 3)
        base128(value)
    }

    mutating func fixed64(_ field: Int, _ value: UInt64) {
        base128(UInt64(field) << 3 | 1)
        withUnsafeBytes(of: value.littleEndian) { out += $0 }
    }

    mutating func text(_ field: Int, _ value: String) { bytes(field, Array(value.utf8)) }

    mutating func bytes(_ field: Int, _ value: [UInt8]) {
        base128(UInt64(field) << 3 | 2)
        base128(UInt64(value.count))
        out += value
    }

    mutating func message(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        body(&inner)
        bytes(field, inner.out)
    }

    private mutating func base128(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            out.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        out.append(UInt8(truncatingIfNeeded: rest))
    }
}
