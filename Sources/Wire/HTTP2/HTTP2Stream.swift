import NIOCore

/// What is kept of one HTTP/2 stream; lives in a slab and is used again.
struct HTTP2Stream {
    enum Phase { case free, head, body, ready, given, answered }

    var id: Int32 = 0
    var phase = Phase.free
    var head = Head()
    /// Where the head starts in the batch's bytes, until `ownHead` is set.
    var headStart = 0
    /// The head's own copy, if the request outlives the batch that it came in.
    var ownHead: ByteBuffer?
    /// Header list size as SETTINGS_MAX_HEADER_LIST_SIZE counts it.
    var headBytes = 0
    /// Bytes of trailer fields, as SETTINGS_MAX_HEADER_LIST_SIZE counts them.
    var trailerBytes = 0
    var hasAuthority = false
    var problem: WireProblem?
    var hasEnded = false
    var body: ByteBuffer?
    /// A whole answer's bytes; of a streamed one, those that are not sent yet; and how many are sent.
    var whole: [UInt8] = []
    var answer = ByteBuffer()
    var sent = 0
    /// The answer's body comes bit by bit; its end is to be told.
    var isStreamed = false
    /// More of the answer may come.
    var mayGrow = false
    /// The library waits to be told of more bytes.
    var isDeferred = false
    /// When the head began, in the session's clock.
    var since: Int64 = 0
    /// When the current window of progress began, and the bytes then: of the request's body, once answered of the answer.
    var windowSince: Int64 = 0
    var windowBytes = 0
}

extension HTTP2Stream {
    /// Bytes of the answer that are there and not sent.
    var unsentBytes: Int { whole.isEmpty ? answer.readableBytes : whole.count - sent }

    /// Appends the next bytes of the answer; false if there are not as many.
    mutating func writeAnswer(_ length: Int, to out: inout ByteBuffer) -> Bool {
        guard length <= unsentBytes else { return false }
        if whole.isEmpty {
            guard let part = answer.readSlice(length: length) else { return false }
            out.writeImmutableBuffer(part)
        } else {
            whole.withUnsafeBytes { bytes in
                _ = out.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[sent..<sent + length]))
            }
        }
        sent += length
        return true
    }
}

/// What a session has to tell after it took bytes.
enum HTTP2Event: Equatable {
    case request(Int32)
    /// A problem that an answer on the stream still fits.
    case malformed(WireProblem, Int32)
    /// A stream that the rules of HTTP/2 ended; no answer fits.
    case broken(Int32)
    /// The peer reset a stream whose request was given and not answered.
    case abandoned(Int32)
    /// A stream whose answer was being streamed is gone.
    case streamGone(Int32, BodyEnd, taken: Int)
}
