/// Bounds of what is told to those outside about our certificates, and of what they may ask.
package enum PublicationLimits {
    /// Connections at once.
    static let connectionsMax = 256
    /// Connections from one source at once; one more and its oldest goes.
    static let connectionsPerSourceMax = 64
    /// A connection without a request.
    static let idleNanoseconds: Int64 = 10_000_000_000
    /// The longest target, with the line around it.
    static let requestLineBytesMax = 2_048
    /// The longest head.
    static let headBytesMax = 8_192
    /// The longest body.
    static let bodyBytesMax = 4_096
    /// What one source may ask, requests a second, and at once after a pause.
    package static let sourceRate = Rate(perSecond: 50, burst: 500)
    /// What all may ask together.
    static let rate = Rate(perSecond: 2_000, burst: 10_000)
    /// How often an answer about a certificate that we have issued is signed.
    static let signatureRate = Rate(perSecond: 1_000, burst: 5_000)
    /// The same about one that we have not: whoever makes up serial numbers gets no further.
    package static let unknownSignatureRate = Rate(perSecond: 20, burst: 100)
    /// Bytes of answers that wait for all peers together; over it, a long answer is 503.
    static let queuedBytesMax = 64 << 20
    /// An answer of more bytes is a long one.
    static let longAnswerBytes = 16 << 10
    /// The longest list: more revoked certificates of one authority are not listed, and the authority is to be replaced.
    package static let listedMax = 250_000
    /// How old a list gets before it is signed anew, in seconds: the shortest time that an ended certificate stays on it (RFC 5280 section 3.3).
    package static let listRefreshSeconds: Int64 = 3_600
    /// How long an answer may be kept by caches, in seconds.
    static let cacheSeconds: Int64 = 60
    /// An attempt to sign that failed is followed by the next one no sooner.
    static let retryNanoseconds: Int64 = 10_000_000_000
}
