internal import Policy

/// One row of the route table, for documents and for the test that walks all rows.
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
    /// The listeners that the row is served on.
    public let listeners: [ListenerKind]
    /// Whether everybody may ask, known or not.
    public let isPublic: Bool
    /// Whether policy judges the row as an operation on a service.
    public let isServiceScoped: Bool

    /// All rows of the gateway.
    public static let all: [RouteDescription] = RouteTable.native
        .adding(FederationRoutes.rows(nil)).adding(AuthorityRoutes.rows(nil))
        .adding(PolicyRoutes.rows(nil)).adding(EvidenceRoutes.rows(nil))
        .adding(AuditRoutes.rows(nil))
        .routes.map { route in
            RouteDescription(
                method: route.method.text, path: route.pattern.description,
                action: route.action.name,
                queryKeys: route.queryKeys.map(\.description), takesBody: route.takesBody,
                listeners: ListenerKind.allCases.filter { route.listeners.serves($0) },
                isPublic: route.isPublic, isServiceScoped: route.action.isServiceScoped)
        }
}
