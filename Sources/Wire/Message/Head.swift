/// Where the parts of a request head lie in its bytes; filled by the decoders, without allocations.
struct Head {
    var method: Method = .other
    var keepAlive = true
    /// An HTTP/1.0 request: it may name no host, and knows neither chunks nor interim answers.
    var isHTTP10 = false
    var isChunked = false
    var expectsContinue = false
    var hasQuery = false
    var methodText = ByteRange.none
    var path = ByteRange.none
    var query = ByteRange.none
    /// Where an absolute target names its host.
    var authority: ByteRange?
    /// Field lines `name:value CRLF`, optional white space around the value allowed.
    var fields = ByteRange.none
    var fieldCount = 0
    /// Nil when the request has no Content-Length.
    var contentLength: Int?
    private var known = InlineArray<16, ByteRange>(repeating: .none)
    private var present: UInt32 = 0

    @inline(__always)
    func has(_ header: KnownHeader) -> Bool {
        present &>> UInt32(header.rawValue) & 1 == 1
    }

    @inline(__always)
    func range(of header: KnownHeader) -> ByteRange? {
        has(header) ? known[Int(header.rawValue)] : nil
    }

    /// Notes where a known field's value lies; false if it may stand once only and was there already.
    @inline(__always)
    mutating func note(_ header: KnownHeader, at range: ByteRange) -> Bool {
        guard !has(header) else { return !header.isSingle }
        present |= 1 &<< UInt32(header.rawValue)
        known[Int(header.rawValue)] = range
        return true
    }

    /// Splits the target that lies at `range` at its first question mark.
    @inline(__always)
    mutating func noteTarget(_ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) {
        if let mark = Bytes.index(of: 0x3F, in: Bytes.part(bytes, 0, end), from: start) {
            path = ByteRange(start, mark)
            query = ByteRange(mark &+ 1, end)
            hasQuery = true
        } else {
            path = ByteRange(start, end)
        }
    }
}
