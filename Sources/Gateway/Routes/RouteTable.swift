internal import NIOCore
internal import Policy
internal import Wire

/// All routes, as data: a test walks the rows and proves each refused without a policy.
struct RouteTable: Sendable {
    let routes: [Route]

    /// The native API; the rows most asked for stand first.
    static let native = RouteTable(
        routes: NativeRoutes.reading + NativeRoutes.changing + NativeRoutes.identity
            + NativeRoutes.system)

    /// Finds the row of a request and decodes its command.
    ///
    /// - Throws: ``Problem`` 404, 405 or what the row's decoder found wrong.
    func command(for request: Request) throws(Problem) -> (route: Route, command: Command) {
        let path: NormalisedPath
        let query: Query
        do {
            path = try request.normalisedPath()
            query = try request.queryItems()
        } catch {
            throw .malformed(error.reason)
        }
        let route = try route(request, path)
        try check(query, against: route)
        if !route.takesBody, let body = request.body, body.readableBytes > 0 {
            throw .malformed("this path takes no body")
        }
        let input = RouteInput(path: path, query: query, body: request.body)
        return (route, try route.decode(input))
    }

    private func route(_ request: Request, _ path: NormalisedPath) throws(Problem) -> Route {
        guard PathPattern.hasBase(path) else { throw unknownPath(request) }
        var allowed: [String] = []
        for route in routes where route.pattern.matches(path) {
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
