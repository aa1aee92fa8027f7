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

    /// All rows of the service listener.
    public static let all: [RouteDescription] = Fronts.serviceTables.flatMap { table in
        table.routes.map { route in
            RouteDescription(
                method: route.method.text, path: route.pattern.text(behind: table.prefix),
                action: route.action.name, queryKeys: route.queryKeys.map(\.description),
                takesBody: route.takesBody)
        }
    }
}
