internal import NIOCore
internal import Policy
internal import Wire

/// All routes, as data: a test walks the rows and proves each refused without a policy.
struct RouteTable: Sendable {
    let routes: [Route]

    /// The native API; the rows most asked for stand first.
    static let native = RouteTable(
        routes: NativeRoutes.reading + NativeRoutes.changing + NativeRoutes.identity
            + AgentRoutes.entries + AgentRoutes.agents + KeyRoutes.all + NativeRoutes.system)

    func adding(_ rows: [Route]) -> RouteTable { RouteTable(routes: routes + rows) }

    /// Finds the row of a request and decodes its command.
    ///
    /// - Throws: ``Problem`` 404, 405, 413 or what the row's decoder found wrong.
    func command(
        for request: Request, on listener: ListenerKind
    ) throws(Problem) -> (route: Route, command: Command) {
        let path: NormalisedPath
        let query: Query
        do {
            path = try request.normalisedPath()
            query = try request.queryItems()
        } catch {
            throw .malformed(error.reason)
        }
        let route = try route(request, path, listener)
        try check(query, against: route)
        if let body = request.body, body.readableBytes > 0 {
            guard route.takesBody else { throw .malformed("this path takes no body") }
            guard body.readableBytes <= route.bodyBytesMax else {
                throw .tooLarge("this path takes at most \(route.bodyBytesMax) bytes")
            }
        }
        let input = RouteInput(
            request: request, path: path, query: query, body: request.body,
            baseCount: route.pattern.baseCount)
        return (route, try route.decode(input))
    }

    /// The longest body that any row reads on a listener.
    func bodyBytesMax(on listener: ListenerKind) -> Int {
        routes.filter { $0.takesBody && $0.listeners.serves(listener) }.map(\.bodyBytesMax).max()
            ?? 0
    }

    private func route(
        _ request: Request, _ path: NormalisedPath, _ listener: ListenerKind
    ) throws(Problem) -> Route {
        let hasBase = PathPattern.hasBase(path)
        var allowed: [String] = []
        for route in routes
        where route.pattern.matches(path, hasBase: hasBase) && route.listeners.serves(listener) {
            if route.method == request.method { return route }
            allowed.append(route.method.text)
        }
        guard !allowed.isEmpty else { throw unknownPath(request) }
        throw .methodNotAllowed(request.methodText, allow: allowed.joined(separator: ", "))
    }

    private func unknownPath(_ request: Request) -> Problem {
        // The path only: a query may hold a secret that was sent to the wrong place.
        let path = request.withPathBytes { String(decoding: $0, as: UTF8.self) }
        return .notFound("no such path: \(quote(path))")
    }

    private func check(_ query: Query, against route: Route) throws(Problem) {
        guard query.count > 0 else { return }
        for index in 0..<query.count {
            guard let (key, _) = query.pair(index) else { continue }
            if !route.queryKeys.contains(where: { $0.description == key }) {
                let known = route.queryKeys.map(\.description).joined(separator: ", ")
                throw .malformed(
                    "unknown query parameter \(quote(key)); this path takes "
                        + (known.isEmpty ? "none" : known))
            }
        }
    }
}

extension Wire.Method {
    /// The method as it is written in a request.
    var text: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .patch: "PATCH"
        case .other: "other"
        }
    }
}
