import NIOConcurrencyHelpers

/// The names of the services of each namespace in order, so that a page of them costs what it shows.
///
/// Lists are for people and for tools, so it has one lock; changes touch it when a service comes or goes.
final class ServiceDirectory: Sendable {
    private let namespaces = NIOLockedValueBox<[String: SortedNames]>([:])

    func insert(_ key: ServiceKey) {
        namespaces.withLockedValue { $0[key.namespace, default: SortedNames()].insert(key.service) }
    }

    func remove(_ key: ServiceKey) {
        namespaces.withLockedValue { namespaces in
            namespaces[key.namespace]?.remove(key.service)
            if namespaces[key.namespace]?.isEmpty == true { namespaces[key.namespace] = nil }
        }
    }

    /// The services that come after one, so many at most; from the first where it is nil.
    func services(of namespace: String, after name: String?, most: Int) -> [String] {
        namespaces.withLockedValue { $0[namespace]?.names(after: name, most: most) ?? [] }
    }
}
