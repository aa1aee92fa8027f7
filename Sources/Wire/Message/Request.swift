public import NIOCore

/// One request, wholly received, well-formed and within the limits.
///
/// Its parts are views over one buffer. Keep a request only as long as it is needed: it holds the bytes it came in.
public struct Request {
    /// The method; `other` for tokens that no route knows.
    public var method: Method { head.method }
    /// True if the request came over HTTP/2.
    public let isHTTP2: Bool
    /// True if the connection stays open after the answer.
    public var keepAlive: Bool { head.keepAlive }
    /// The body; nil if the request has none.
    public let body: ByteBuffer?

    let head: Head
    let storage: ByteBuffer

    init(head: Head, storage: ByteBuffer, body: ByteBuffer?, isHTTP2: Bool) {
        self.head = head
        self.storage = storage
        self.body = body
        self.isHTTP2 = isHTTP2
    }

    /// The path as it was sent, checked and taken apart.
    ///
    /// - Throws: `TargetProblem` for anything that is not canonical.
    public func normalisedPath() throws(TargetProblem) -> NormalisedPath {
        try NormalisedPath(slice(head.path))
    }

    /// The query's pairs; none if the target has no query.
    ///
    /// - Throws: `TargetProblem` for bad escapes and too many pairs.
    public func queryItems() throws(TargetProblem) -> Query {
        head.hasQuery ? try Query(slice(head.query)) : Query()
    }

    /// Reads the path's bytes as they were sent.
    @inline(__always)
    public func withPathBytes<R>(_ read: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try storage.withUnsafeReadableBytes { bytes in try read(head.path.of(bytes)) }
    }

    /// Reads the query's bytes as they were sent; none if the target has no query.
    public func withQueryBytes<R>(_ read: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        guard head.hasQuery else { return try read(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return try storage.withUnsafeReadableBytes { bytes in try read(head.query.of(bytes)) }
    }

    /// How many bytes path and query have as they were sent.
    public var targetCount: Int {
        Int(head.path.count) + (head.hasQuery ? Int(head.query.count) : 0)
    }

    /// The method's own text, for messages about methods that no route knows.
    public var methodText: String { string(head.methodText) }

    /// The target as it was sent, for messages.
    public var target: String {
        head.hasQuery ? string(head.path) + "?" + string(head.query) : string(head.path)
    }

    /// Reads the value of a known header; nil if it is absent.
    ///
    /// The first one, if it stands several times; those of which a second would be dangerous never do.
    @inline(__always)
    public func withHeader<R>(
        _ header: KnownHeader, _ read: (UnsafeRawBufferPointer) throws -> R
    ) rethrows -> R? {
        guard let range = head.range(of: header) else { return nil }
        return try storage.withUnsafeReadableBytes { bytes in try read(range.of(bytes)) }
    }

    /// The value of a known header as text; nil if it is absent.
    public func header(_ header: KnownHeader) -> String? {
        head.range(of: header).map { string($0) }
    }

    /// True if the known header is there.
    public func has(_ header: KnownHeader) -> Bool { head.has(header) }

    /// The values of all fields of this name, given in lower case.
    public func headers(named name: StaticString) -> [String] {
        var found: [String] = []
        forEachHeader { field, value in
            if Bytes.equalFolded(field, name) {
                found.append(String(decoding: value, as: UTF8.self))
            }
        }
        return found
    }

    /// Visits all fields in the order in which they came; names keep the case that was sent.
    public func forEachHeader(
        _ visit: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
    ) {
        storage.withUnsafeReadableBytes { bytes in
            let fields = head.fields.of(bytes)
            var start = 0
            while let end = Bytes.index(of: Bytes.lineFeed, in: fields, from: start) {
                let line = Bytes.part(fields, start, max(start, end - 1))
                if let colon = Bytes.index(of: Bytes.colon, in: line, from: 0) {
                    visit(
                        Bytes.part(line, 0, colon),
                        FieldLine.trimmed(Bytes.part(line, colon + 1, line.count)))
                }
                start = end + 1
            }
        }
    }

    @inline(__always)
    private func slice(_ range: ByteRange) -> ByteBuffer {
        storage.getSlice(
            at: storage.readerIndex + Int(range.offset), length: Int(range.count)) ?? ByteBuffer()
    }

    private func string(_ range: ByteRange) -> String {
        storage.withUnsafeReadableBytes { String(decoding: range.of($0), as: UTF8.self) }
    }
}
