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
    /// The longest body that is read.
    let bodyBytesMax: Int
    /// Where the route is served; on other listeners it does not exist.
    let listeners: ListenerSet
    /// Whether everybody may ask, known or not; never for operations on services.
    let isPublic: Bool
    /// Reads the request's parameters into a command.
    let decode: @Sendable (RouteInput) throws(Problem) -> Command

    init(
        _ method: Wire.Method, _ pattern: PathPattern, _ action: Action,
        query: [StaticString] = [], takesBody: Bool = false,
        bodyBytesMax: Int = ListenerLimits.bodyBytesMax, on listeners: ListenerSet = .apis,
        isPublic: Bool = false,
        decode: @escaping @Sendable (RouteInput) throws(Problem) -> Command
    ) {
        self.method = method
        self.pattern = pattern
        self.action = action
        self.queryKeys = query
        self.takesBody = takesBody
        self.bodyBytesMax = bodyBytesMax
        self.listeners = listeners
        self.isPublic = isPublic
        self.decode = decode
    }
}

/// What a route's decoder sees: path, query and body, well-formed as such, otherwise untrusted.
struct RouteInput {
    let request: Request
    let path: NormalisedPath
    let query: Query
    let body: ByteBuffer?
    /// How many segments stand before those of the route's pattern.
    let baseCount: Int

    /// The path's segment at a position of the route's pattern, which guarantees that it is there.
    func segment(_ index: Int) -> String {
        path.segment(index + baseCount) ?? ""
    }
}
