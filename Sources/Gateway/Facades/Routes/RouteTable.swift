internal import NIOCore
internal import Policy
internal import Text
package import Wire

/// The rows of one facade, and what holds for all of them.
package final class RouteTable: Sendable {
    package enum UnknownQuery: Sendable {
        case refused
        /// As old clients need it, which send `?dc=` or `?pretty` to everything.
        case ignored
    }

    /// The segments before those of the rows.
    package let prefix: [StaticString]
    /// What becomes of a query parameter that a row does not read.
    let unknownQuery: UnknownQuery
    /// The facade's shape of an error.
    let problems: ProblemEncoder
    /// The rows; those most asked for stand first.
    package let routes: [Route]

    package init(
        prefix: [StaticString], unknownQuery: UnknownQuery, problems: ProblemEncoder,
        routes: [Route]
    ) {
        self.prefix = prefix
        self.unknownQuery = unknownQuery
        self.problems = problems
        self.routes = routes
    }

    /// Whether the path stands under the prefix.
    package func owns(_ path: NormalisedPath) -> Bool {
        for (index, segment) in prefix.enumerated() {
            guard path.segment(index, equals: segment) else { return false }
        }
        return true
    }

    /// Finds the row of a request, without a look at its parameters.
    ///
    /// HEAD is a GET whose answer goes without its body (RFC 9110 section 9.3.2).
    ///
    /// - Throws: ``Problem`` 404 or 405; 400 for a query that is malformed as well.
    func match(_ request: Request, _ path: NormalisedPath) throws(Problem) -> Route {
        let method = request.method == .head ? .get : request.method
        for route in routes
        where route.method == method && route.pattern.matches(path, behind: prefix.count) {
            if request.method == .head, !route.takesHead { break }
            return route
        }
        _ = try query(of: request)
        let allowed = routes.filter { $0.pattern.matches(path, behind: prefix.count) }
        guard !allowed.isEmpty else { throw .unknownPath(request) }
        throw .methodNotAllowed(
            request.methodText, allow: allowed.flatMap(\.allowed).joined(separator: ", "))
    }

    /// Decodes the operation of a request whose row was found and whose sender is known.
    ///
    /// - Throws: ``Problem`` 400 or what the row's decoder found wrong.
    func decode(
        _ request: Request, _ path: NormalisedPath, as route: Route, takesCookies: Bool,
        by certificate: ShownCertificate? = nil
    ) throws(Problem) -> Call {
        let query = try query(of: request)
        try check(query, against: route)
        if !route.takesBody, let body = request.body, !asksForNothing(body) {
            throw .malformed("this path takes no body")
        }
        return try route.decode(
            RouteInput(
                path: path, query: query, body: request.body, certificate: certificate,
                takesCookies: takesCookies,
                loginCookies: route.isSignOn ? LoginCookie.all(in: request) : [],
                rawQuery: route.isSignOn ? request.withQueryBytes { Array($0) } : [],
                route: route, prefixCount: prefix.count))
    }

    /// An empty object, which many clients send with every POST, says no more than no body.
    private func asksForNothing(_ body: ByteBuffer) -> Bool {
        guard body.readableBytes > 0 else { return true }
        let text = String(buffer: body).split { $0.isWhitespace }.joined()
        return text == "{}"
    }

    private func query(of request: Request) throws(Problem) -> Query {
        do {
            return try request.queryItems()
        } catch {
            throw .malformed(error.reason)
        }
    }

    private func check(_ query: Query, against route: Route) throws(Problem) {
        guard query.count > 0, unknownQuery == .refused, !route.isSignOn else { return }
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

extension Problem {
    static func unknownPath(_ request: Request) -> Problem {
        // The path only: a query may hold a secret that was sent to the wrong place.
        let path = request.withPathBytes { String(decoding: $0, as: UTF8.self) }
        return .notFound("no such path: \(quote(path))")
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
