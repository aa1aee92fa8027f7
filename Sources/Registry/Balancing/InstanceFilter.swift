import Text

/// The state of an instance's health checks; without checks an instance is passing while it lives.
public enum Health: String, CaseIterable, Sendable {
    /// All checks pass, or there are none.
    case passing
    /// A check warns.
    case warning
    /// A check fails.
    case critical
}

/// Which instances of a service a query asks for.
public struct InstanceFilter: Hashable, Sendable {
    /// Tags that an instance must all have.
    public var tags: [String]
    /// The version that it must have; `1.0` and `1.0.0` are the same.
    public var version: ServiceVersion?
    /// The health that it must have.
    public var health: Health?

    /// Makes a filter; without arguments every live instance passes.
    public init(tags: [String] = [], version: ServiceVersion? = nil, health: Health? = nil) {
        self.tags = tags
        self.version = version
        self.health = health
    }

    var isOpen: Bool { tags.isEmpty && version == nil && (health == nil || health == .passing) }

    func passes(_ instance: Instance) -> Bool {
        if let health, health != .passing { return false }
        if let version, instance.version != version { return false }
        return tags.allSatisfy { instance.registration.has(tag: $0) }
    }

    /// Whether both ask for the same: tags are the same only with the same code units.
    public static func == (left: InstanceFilter, right: InstanceFilter) -> Bool {
        left.version == right.version && left.health == right.health
            && left.tags.elementsEqual(right.tags) { $0.isExactly($1) }
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(version)
        hasher.combine(health)
        for tag in tags { hasher.combine(ExactText(tag)) }
    }
}
