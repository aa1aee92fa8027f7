/// Every bound of one listener's connections, in one place.
///
/// Whatever a peer sends is held against one of these; over it the answer is a 4xx, a GOAWAY or a closed connection.
public struct Limits: Sendable, Equatable {
    // Listener.

    /// Connections open at a time; one more is accepted and closed at once.
    public var connectionsMax = 10_000
    /// Connections at a time whose peers have not yet shown who they are; one more and the oldest goes.
    public var unprovenMax = 1024
    /// The same from one address, or one network of 64 bits of IPv6.
    public var unprovenPerSourceMax = 256
    /// How long such a connection is left alone, in nanoseconds, before it may have to go for a newer one.
    public var unprovenGraceNanoseconds: Int64 = 100_000_000
    /// Pending connections that the kernel queues.
    public var backlog: Int32 = 1024

    // TLS.

    /// Certificates that a peer may present; a longer chain is refused before any is looked at.
    public var peerCertificatesMax = 4
    /// Bytes of one presented certificate.
    public var peerCertificateBytesMax = 16_384
    /// Bytes that a refused peer may send on before its connection ends, so that it can read why.
    public var refusalLingerBytesMax = 65_536
    /// Plaintext bytes held while the gate waits for a verdict.
    public var gateBytesMax = 65_536

    // Requests.

    /// Bytes of a request line with its line end (414), and of an HTTP/2 `:path`.
    public var requestLineBytesMax = 8_192
    /// Bytes of a whole head (431); on HTTP/2 as SETTINGS_MAX_HEADER_LIST_SIZE counts them.
    public var headBytesMax = 16_384
    /// Header fields of one request (431).
    public var headerCountMax = 64
    /// Bytes of a request body (413).
    public var bodyBytesMax = 1_048_576
    /// Whether HTTP/1.0 is taken, as old probes send it (RFC 9112 appendix C.1); each connection ends after its answer.
    public var takesHTTP10 = false
    /// Request bytes that may wait behind an unanswered HTTP/1.1 request before reading stops.
    public var pipelineBytesMax = 16_384
    /// Response bytes gathered for one write.
    public var writeBatchBytesMax = 262_144
    /// Answer bytes that wait for the peer of one connection; over it, an answer besides others is 503.
    public var queuedBytesMax = 8_388_608
    /// Bytes of one write from which on it is watched whether the peer takes them.
    public var watchedWriteBytesMin = 65_536
    /// Bytes held of one streamed answer while the peer does not take them.
    public var streamBytesMax = 65_536

    /// Bytes of chunk extensions and trailer fields of one request, which are read and dropped.
    public static let droppedBytesMax = 1024

    // Time, in nanoseconds.

    /// From accept to a completed handshake and verdict.
    public var handshakeNanoseconds: Int64 = 10_000_000_000
    /// From the first byte of a request head to its last.
    public var headNanoseconds: Int64 = 10_000_000_000
    /// From the end of a head to the end of its body.
    public var bodyNanoseconds: Int64 = 60_000_000_000
    /// The window in which a body must grow by `bodyProgressBytesMin`.
    public var bodyProgressNanoseconds: Int64 = 10_000_000_000
    /// Bytes by which a body must grow in each window.
    public var bodyProgressBytesMin = 256
    /// A connection without a request.
    public var idleNanoseconds: Int64 = 75_000_000_000
    /// Answer bytes of which the peer takes none.
    public var writeNanoseconds: Int64 = 20_000_000_000
    /// Between the last answer and the forced close of a connection that is to end.
    public var lingerNanoseconds: Int64 = 2_000_000_000

    /// Between the refusal of a handshake and the forced close of its connection, so that the peer can read why.
    public var refusalLingerNanoseconds: Int64 = 500_000_000

    /// The bounds of HTTP/2 sessions.
    public var http2 = HTTP2Limits()

    /// Makes the shipped limits.
    public init() {}
}

/// The bounds of one HTTP/2 session.
public struct HTTP2Limits: Sendable, Equatable {
    /// SETTINGS_MAX_CONCURRENT_STREAMS.
    public var concurrentStreamsMax: UInt32 = 128
    /// SETTINGS_INITIAL_WINDOW_SIZE.
    public var initialWindowBytes: UInt32 = 65_535
    /// Multiple of `headBytesMax` at which the whole connection ends rather than one stream.
    public var headBytesHardFactor = 4
    /// Resets that a peer may send in a burst (rapid reset).
    public var resetBurst: UInt64 = 200
    /// Resets a second that a peer may send for ever.
    public var resetsPerSecond: UInt64 = 20
    /// CONTINUATION frames of one header block.
    public var continuationsMax = 8
    /// Answers to SETTINGS and PING that may wait for a slow reader.
    public var outboundAcknowledgementsMax = 256
    /// Entries of one SETTINGS frame.
    public var settingsEntriesMax = 32
    /// Body bytes held for all streams of a connection.
    public var bodyBytesMax = 4_194_304
    /// Frames without a request of their own (PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA, unknown) that a peer has in hand.
    public var idleFramesMax = 2_000
    /// Such frames granted each second.
    public var idleFramesPerSecond = 20
    /// Such frames granted for each finished request.
    public var idleFramesPerRequest = 8
    /// WINDOW_UPDATE frames granted for each DATA frame that was sent: clients in wide use send one for the stream and one for the connection.
    public var flowFramesPerDataFrame = 2
    /// DATA frames below this size grant none, unless they hold all there was to send: a window of one byte must not pay for itself.
    public var flowDataBytesMin = 1_024
    /// Granted WINDOW_UPDATE frames that a peer may have in hand.
    public var flowFramesMax = 100_000
    /// What one refused or broken stream costs of them.
    public var idleFramesPerBrokenStream = 8

    /// Makes the shipped limits.
    public init() {}
}
