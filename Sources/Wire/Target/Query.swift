public import NIOCore

/// The pairs of a query, decoded.
///
/// `application/x-www-form-urlencoded`: `&` between pairs, `+` for a space. A key without `=` has the empty value.
/// Strict: an empty key, a bad escape, an escaped NUL and a key that stands twice are refused.
public struct Query {
    /// Pairs of one query.
    public static let pairsMax = 16

    /// The number of pairs.
    public private(set) var count = 0

    private var storage = ByteBuffer()
    private var keys = InlineArray<16, ByteRange>(repeating: .none)
    private var values = InlineArray<16, ByteRange>(repeating: .none)

    /// Makes a query without pairs.
    public init() {}

    /// Takes a query apart, without its question mark.
    ///
    /// - Throws: `TargetProblem` naming what is wrong.
    public init(_ query: ByteBuffer) throws(TargetProblem) {
        storage.reserveCapacity(query.readableBytes)
        var problem: TargetProblem?
        query.withUnsafeReadableBytes { bytes in
            var start = 0
            while start < bytes.count, problem == nil {
                let end = Bytes.index(of: 0x26, in: bytes, from: start) ?? bytes.count
                problem = append(Bytes.part(bytes, start, end))
                if end == bytes.count - 1 { problem = problem ?? .emptyKey }
                start = end + 1
            }
        }
        if problem == nil { problem = check() }
        if let problem { throw problem }
    }

    /// Reads the value of a key; nil if the key is absent.
    @inline(__always)
    public func withValue<R>(of key: StaticString, _ read: (UnsafeRawBufferPointer) -> R) -> R? {
        guard count > 0 else { return nil }
        return storage.withUnsafeReadableBytes { bytes in
            for index in 0..<count where Bytes.equal(keys[index].of(bytes), key) {
                return read(values[index].of(bytes))
            }
            return nil
        }
    }

    /// The value of a key as text; nil if the key is absent.
    public func value(of key: StaticString) -> String? {
        withValue(of: key) { String(decoding: $0, as: UTF8.self) }
    }

    /// The pair at a position; nil past the end.
    public func pair(_ index: Int) -> (key: String, value: String)? {
        guard index >= 0, index < count else { return nil }
        return storage.withUnsafeReadableBytes { bytes in
            (
                String(decoding: keys[index].of(bytes), as: UTF8.self),
                String(decoding: values[index].of(bytes), as: UTF8.self)
            )
        }
    }

    private mutating func append(_ pair: UnsafeRawBufferPointer) -> TargetProblem? {
        guard count < Self.pairsMax else { return .tooManyPairs }
        let equals = Bytes.index(of: 0x3D, in: pair, from: 0) ?? pair.count
        guard equals > 0 else { return .emptyKey }
        guard let key = decode(Bytes.part(pair, 0, equals)),
            let value = decode(Bytes.part(pair, min(equals + 1, pair.count), pair.count))
        else { return .badEscape }
        keys[count] = key
        values[count] = value
        count += 1
        return nil
    }

    private mutating func decode(_ bytes: UnsafeRawBufferPointer) -> ByteRange? {
        let start = storage.writerIndex
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case 0x25:
                guard let byte = Escape.decode(bytes, at: index), byte != 0 else { return nil }
                storage.writeInteger(byte)
                index &+= 3
            case 0x2B:
                storage.writeInteger(Bytes.space)
                index &+= 1
            default:
                storage.writeInteger(bytes[index])
                index &+= 1
            }
        }
        return ByteRange(start, storage.writerIndex)
    }

    private func check() -> TargetProblem? {
        storage.withUnsafeReadableBytes { bytes in
            for index in 0..<count {
                let key = keys[index].of(bytes)
                guard isUTF8(key), isUTF8(values[index].of(bytes)) else { return .notUTF8 }
                for other in 0..<index where Bytes.equal(keys[other].of(bytes), key) {
                    return .duplicateKey
                }
            }
            return nil
        }
    }

    private func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
    }
}
