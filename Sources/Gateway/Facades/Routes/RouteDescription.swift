internal import Policy

/// One row of a route table, for documents and for the test that walks all rows.
public struct RouteDescription: Sendable, Equatable {
    /// The method.
    public let method: String
    /// The path with captures in braces, as `/api/maxine/services/{service}`.
    public let path: String
    /// The action that policy decides.
    public let action: String
    /// The query keys that the row takes.
    public let queryKeys: [String]
    /// Whether the row reads a body.
    public let takesBody: Bool
    /// Whether what speaks for a request stands in its body.
    public let bringsCredential: Bool
    /// A path that the row takes.
    public let samplePath: String
    /// A body that the row takes; nil if it reads none.
    public let sampleBody: String?

    /// All rows of some tables.
    package static func all(of tables: [RouteTable]) -> [RouteDescription] {
        tables.flatMap { table in
            table.routes.map { RouteDescription($0, behind: table.prefix) }
        }
    }

    private init(_ route: Route, behind prefix: [StaticString]) {
        method = route.method.text
        path = route.pattern.text(behind: prefix) { "{\($0.rawValue)}" }
        action = route.action.name
        queryKeys = route.queryKeys.map(\.description)
        takesBody = route.takesBody
        bringsCredential = route.bringsCredential
        samplePath = route.pattern.text(behind: prefix, route.sample.value)
        sampleBody = route.takesBody ? route.sample.body ?? "" : nil
    }
}
