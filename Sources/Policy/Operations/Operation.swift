/// What is asked: an action and what it is done to.
public struct Operation: Sendable {
    /// What is to be done.
    public var action: Action
    /// What it is done to; where something exists and is changed, what it becomes.
    public var resource: Resource
    /// What is there already, of that name; nil if nothing is, or if the action changes nothing.
    public var existing: ExistingResource?

    /// Makes an operation.
    public init(action: Action, resource: Resource, existing: ExistingResource? = nil) {
        self.action = action
        self.resource = resource
        self.existing = existing
    }
}

/// What is there already where an operation changes it; a change is judged by that, too.
///
/// A class, so that whoever keeps the resource makes it once, and an operation without one is no larger for it.
public final class ExistingResource: Sendable {
    /// What is there.
    public let resource: Resource
    /// Its keeper's number of this state of it: who acts can tell by it that what was judged is still there.
    public let revision: UInt64

    /// Makes it.
    public init(_ resource: Resource, revision: UInt64) {
        self.resource = resource
        self.revision = revision
    }
}

/// What an action is done to.
public struct Resource: Sendable {
    /// The service's name; nil (or `*`) on an action on services means all of them, as in listing.
    public var service: String?
    /// The service's namespace; `*` means all of them.
    public var namespace: String
    /// The instance, key, session or other thing below the service.
    public var id: String?
    /// The service's tags; nil when they are not known.
    public var tags: [String]?
    /// Whether it is nothing but the asker's own, such as who the gateway takes them for; whoever acts on the permit makes sure.
    public var isOwn = false

    /// The namespace that is meant where none is named.
    public static let defaultNamespace = "default"

    /// Makes a resource.
    public init(
        service: String? = nil, namespace: String = Resource.defaultNamespace, id: String? = nil,
        tags: [String]? = nil, isOwn: Bool = false
    ) {
        self.isOwn = isOwn
        self.service = service
        self.namespace = namespace
        self.id = id
        self.tags = tags
    }
}

/// What else a decision may rest on; nil means unknown.
public struct Context: Sendable {
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
