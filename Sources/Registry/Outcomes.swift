public import Proofs

/// What a registration came to.
public enum RegisterOutcome: Equatable, Sendable {
    /// The instance is new, or its former lease had ended.
    case created(index: UInt64)
    /// A live instance was replaced.
    case updated(index: UInt64)
    /// A change with a later sequence was applied before: in the order of the journal this
    /// registration came first and was then changed.
    case superseded(index: UInt64)
    /// The service or the catalogue holds as many instances as it may.
    case full
    /// The principal or the namespace has as many registrations as it may: nothing was done.
    case overQuota(FullQuota)
    /// Permit, receipt or ticket are for something else: a defect of the caller; nothing was done.
    case refused(Mismatch)
}

/// What a heartbeat came to.
public enum HeartbeatOutcome: Equatable, Sendable {
    /// The lease now ends at the given time of the elapsed clock.
    case renewed(expiresAtNanoseconds: Int64)
    /// There is no such live instance.
    case unknown
    /// The instance was changed since the heartbeat was judged, which is to be done anew; nothing was done.
    case overtaken
    /// Permit or receipt are for something else: a defect of the caller; nothing was done.
    case refused(Mismatch)
}

/// What a deregistration came to.
public enum DeregisterOutcome: Equatable, Sendable {
    /// The instance is gone.
    case removed(index: UInt64)
    /// There was no such live instance.
    case unknown
    /// A change with a later sequence was applied before; see ``RegisterOutcome``.
    case superseded(index: UInt64)
    /// Permit, receipt or ticket are for something else: a defect of the caller; nothing was done.
    case refused(Mismatch)
}

/// What a discover query came to.
public enum DiscoverOutcome: Sendable {
    /// One live instance, and the sequence of the last change of its service.
    case found(DiscoveredInstance, index: UInt64)
    /// No live instance passes the filter.
    case none(index: UInt64)
    /// Permit or receipt are for something else: a defect of the caller; nothing was read.
    case refused(Mismatch)
}

/// What a list of instances came to.
public enum InstancesOutcome: Sendable {
    /// A page of the live instances, and the sequence of the last change of the service.
    case listed(ListPage<DiscoveredInstance>, index: UInt64)
    /// Permit or receipt are for something else: a defect of the caller; nothing was read.
    case refused(Mismatch)
}

/// What a list of services came to.
public enum ServicesOutcome: Equatable, Sendable {
    /// A page of the services with a live instance, and the sequence of the last change.
    case listed(ListPage<ServiceSummary>, index: UInt64)
    /// Permit or receipt are for something else: a defect of the caller; nothing was read.
    case refused(Mismatch)
}

/// One service in a list of services.
public struct ServiceSummary: Equatable, Sendable {
    /// The service's name.
    public let service: String
    /// How many live instances it has.
    public let instances: Int
    /// The sequence of the last change that touched it.
    public let index: UInt64
}

/// What the removal of ended instances came to.
public enum ReclaimOutcome: Equatable, Sendable {
    /// So many instances are gone; those registered anew meanwhile have stayed.
    case reclaimed(Int)
    /// Receipt or ticket are for something else: a defect of the caller; nothing was done.
    case refused(Mismatch)
}
