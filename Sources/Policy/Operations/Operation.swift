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
    /// The service's namespace; `*` means all of them.
    public var namespace: String
    /// The instance, key, session or other thing below the service.
    public var id: String?
    /// The service's tags; nil when they are not known.
    public var tags: [String]?

    /// The namespace that is meant where none is named.
    public static let defaultNamespace = "default"

    /// Makes a resource.
    public init(
        service: String? = nil, namespace: String = Resource.defaultNamespace, id: String? = nil,
        tags: [String]? = nil
    ) {
        self.service = service
        self.namespace = namespace
        self.id = id
        self.tags = tags
    }
}

/// What else a decision may rest on; nil means unknown.
public struct Context: Hashable, Sendable {
    /// Nanoseconds since the Unix epoch.
    public var nowNanoseconds: Int64
    /// The client's address.
    public var sourceIP: IPAddress?

    /// Makes a context.
    public init(nowNanoseconds: Int64, sourceIP: IPAddress? = nil) {
        self.nowNanoseconds = nowNanoseconds
        self.sourceIP = sourceIP
    }
}
