/// Names one request of a connection; its answer carries it.
public struct StreamID: Hashable, Sendable {
    /// The HTTP/2 stream, or the number of the request on an HTTP/1.1 connection, from 1 on.
    public let value: Int32

    /// The request of that number.
    public init(_ value: Int32) {
        self.value = value
    }
}

/// What is to be answered to a malformed request.
public enum ProblemAnswer {
    /// The wire's own problem details.
    case standard
    /// This answer.
    case response(Response)
    /// The handler calls `Connection.respond` and `flush` itself, later.
    case deferred
}

/// Takes the requests of one connection; made by a factory for each, and called on its event loop only.
public protocol ConnectionHandler: AnyObject {
    /// The connection is up, and its peer's verdict is in.
    func opened(_ connection: Connection)

    /// One request is complete; `Connection.respond` answers it now or later.
    func receive(_ request: Request, stream: StreamID)

    /// All requests of this read were given; a good moment to commit and flush.
    func receivedAll()

    /// The peer's bytes were refused.
    ///
    /// With a stream an answer goes out; without one (HTTP/2's connection errors, floods) none can, and the answer is
    /// not used. An HTTP/1.1 connection ends after it.
    func malformed(_ problem: WireProblem, stream: StreamID?) -> ProblemAnswer

    /// The peer gave up a request that has no answer yet; an answer to it will be dropped.
    func abandoned(stream: StreamID)

    /// So many bytes of answers more, or less, wait for the peer to take them; what is taken at once is not told.
    func queued(_ change: Int)

    /// The connection is gone. The last call.
    func closed()
}

extension ConnectionHandler {
    /// Does nothing.
    public func receivedAll() {}
    /// Gives the wire's own answer.
    public func malformed(_ problem: WireProblem, stream: StreamID?) -> ProblemAnswer { .standard }
    /// Does nothing.
    public func abandoned(stream: StreamID) {}
    /// Does nothing.
    public func queued(_ change: Int) {}
}
