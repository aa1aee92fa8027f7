/// What is asked: an action and what it is done to.
public struct Operation: Hashable, Sendable {
    /// What is to be done.
    public var action: Action
    /// What it is done to.
    public var resource: Resource

    /// Makes an operation.
    public init(action: Action, resource: Resource) {
        self.action = action
        self.resource = resource
    }
}

/// What an action is done to.
public struct Resource: Hashable, Sendable {
    /// The service's name; nil (or `*`) on an action on services means all of them, as in listing.
    public var service: String?
    /// The service's namespace.
    public var namespace: String
    /// The instance, key, session or other thing below the service.
    public var id: String?
    /// The service's tags; nil when they are not known.
    public var tags: [String]?

    /// Makes a resource.
    public init(
        service: String? = nil, namespace: String = "default", id: String? = nil,
        tags: [String]? = nil
    ) {
        self.service = service
        self.namespace = namespace
        self.id = id
        self.tags = tags
    }
}
