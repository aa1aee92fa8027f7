/// Names one service of one namespace.
struct ServiceKey: Hashable, Sendable {
    let namespace: String
    let service: String
}

/// Names one instance of one service.
struct InstanceKey: Hashable, Sendable {
    let service: ServiceKey
    let id: String
}
