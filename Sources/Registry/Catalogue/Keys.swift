/// Names one service of one namespace.
///
/// INVARIANT: names come in by `RegistryName`, which takes ASCII only. So `==` compares their code units, at the speed of memory.
struct ServiceKey: Hashable, Sendable {
    let namespace: String
    let service: String
}

/// Names one instance of one service.
struct InstanceKey: Hashable, Sendable {
    let service: ServiceKey
    let id: String
}
