internal import NIOCore
internal import Policy
internal import Wire

/// One row of the route table: what a method and path mean, as an operation.
///
/// Policy and audit see the operation, never the URL, so a second spelling of a path is no second door.
struct Route: Sendable {
    let method: Wire.Method
    let pattern: PathPattern
    let action: Action
    /// Query keys that the route takes; any other is an error.
    let queryKeys: [StaticString]
    /// Whether a body is read; where not, a body is an error.
    let takesBody: Bool
    /// Reads the request's parameters into a command.
    let decode: @Sendable (RouteInput) throws(Problem) -> Command

    init(
        _ method: Wire.Method, _ pattern: PathPattern, _ action: Action,
        query: [StaticString] = [], takesBody: Bool = false,
        decode: @escaping @Sendable (RouteInput) throws(Problem) -> Command
    ) {
        self.method = method
        self.pattern = pattern
        self.action = action
        self.queryKeys = query
        self.takesBody = takesBody
        self.decode = decode
    }
}

/// What a route's decoder sees: path, query and body, well-formed as such, otherwise untrusted.
struct RouteInput {
    let path: NormalisedPath
    let query: Query
    let body: ByteBuffer?

    /// The path's segment at a position below `/api/maxine`; the pattern guarantees that it is there.
    func segment(_ index: Int) -> String {
        path.segment(index + PathPattern.baseCount) ?? ""
    }
}
