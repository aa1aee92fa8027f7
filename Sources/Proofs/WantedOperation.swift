public import Policy

/// What is about to be done, to be held against its permit.
public struct WantedOperation: Sendable {
    /// The action that the permit must allow.
    public var action: Action
    /// The namespace that it must be for.
    public var namespace: String
    /// The service that it must be for; nil for all or none.
    public var service: String?
    /// The instance that it must be for; nil for none.
    public var id: String?
    /// The tags that the permit must have been given for, if it was given for any.
    public var tags: [String]?

    /// Names an operation on a service, an instance or, without a service, on all or none.
    public init(
        _ action: Action, namespace: String = "default", service: String? = nil,
        id: String? = nil, tags: [String]? = nil
    ) {
        self.action = action
        self.namespace = namespace
        self.service = service
        self.id = id
        self.tags = tags
    }
}
