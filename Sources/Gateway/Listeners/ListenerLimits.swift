internal import Wire

extension Limits {
    /// The limits of a listener for so many connections.
    init(connectionsMax: Int) {
        self.init()
        self.connectionsMax = max(1, connectionsMax)
        bodyBytesMax = ListenerLimits.bodyBytesMax
        unprovenMax = max(1, min(unprovenMax, connectionsMax / ListenerLimits.unprovenShare))
        unprovenPerSourceMax = min(unprovenPerSourceMax, max(1, unprovenMax / 2))
    }
}

/// Sizes of the listeners that differ from the wire's own.
enum ListenerLimits {
    /// The longest request body: a registration with all its metadata fits many times.
    static let bodyBytesMax = 64 << 10
    /// Connections to the metrics listener at once.
    static let metricsConnectionsMax = 64
    /// File descriptors that are kept for journal, store, policy, event loops and the metrics listener.
    static let descriptorsReserved = 256
    /// What is assumed where the system does not say how many there may be.
    static let descriptorsAssumed = 1024
    /// The part of all connections that may be to the people listener.
    static let peopleShare = 4
    /// The part of all connections that may be to the federation listener.
    static let federationShare = 16
    /// Connections to the federation listener at once, however many there may be in all.
    static let federationConnectionsMax = 256
    /// A connection of the federation listener without a request.
    static let federationIdleNanoseconds: Int64 = 10_000_000_000
    /// The part of a listener's connections whose peers may not have shown yet who they are.
    static let unprovenShare = 4
}
