internal import NIOCore
internal import Policy
internal import Wire

/// One row of a route table: a method and path of one facade, and the operation that they mean.
///
/// Policy and audit see the operation, never the URL, so a second spelling of a path is no second door.
struct Route: Sendable {
    let method: Wire.Method
    let pattern: PathPattern
    /// The operation's action.
    let action: Action
    /// Query keys that the row reads.
    let queryKeys: [StaticString]
    /// Whether a body is read; where not, a body is an error.
    let takesBody: Bool
    /// Reads the request's parameters into an operation, bound to the row's encoder.
    let decode: @Sendable (RouteInput) throws(Problem) -> Call

    /// A row whose operation acts on the event loop.
    init<Op: FastOperation>(
        _ method: Wire.Method, _ pattern: PathPattern, query: [StaticString] = [],
        takesBody: Bool = false,
        decode: @escaping @Sendable (RouteInput) throws(Problem) -> Op,
        encode: @escaping Encoder<Op>
    ) {
        self.init(method, pattern, Op.action, query, takesBody) { input throws(Problem) in
            .fast(BoundFastCall(try decode(input), encode: encode))
        }
    }

    /// A row whose operation waits for others.
    init<Op: SlowOperation>(
        _ method: Wire.Method, _ pattern: PathPattern, query: [StaticString] = [],
        takesBody: Bool = false,
        decode: @escaping @Sendable (RouteInput) throws(Problem) -> Op,
        encode: @escaping Encoder<Op>
    ) {
        self.init(method, pattern, Op.action, query, takesBody) { input throws(Problem) in
            .slow(BoundSlowCall(try decode(input), encode: encode))
        }
    }

    private init(
        _ method: Wire.Method, _ pattern: PathPattern, _ action: Action, _ query: [StaticString],
        _ takesBody: Bool, decode: @escaping @Sendable (RouteInput) throws(Problem) -> Call
    ) {
        self.method = method
        self.pattern = pattern
        self.action = action
        queryKeys = query
        self.takesBody = takesBody
        self.decode = decode
    }
}

/// What a route's decoder sees: path, query and body, well-formed as such, otherwise untrusted.
struct RouteInput {
    let path: NormalisedPath
    let query: Query
    let body: ByteBuffer?
    fileprivate let pattern: PathPattern
    fileprivate let prefixCount: Int

    init(
        path: NormalisedPath, query: Query, body: ByteBuffer?, route: Route, prefixCount: Int
    ) {
        self.path = path
        self.query = query
        self.body = body
        pattern = route.pattern
        self.prefixCount = prefixCount
    }

    /// What stands in the path where the row's pattern has the capture; empty if it has none.
    func text(of capture: Capture) -> String {
        pattern.place(of: capture).flatMap { path.segment($0 + prefixCount) } ?? ""
    }
}
