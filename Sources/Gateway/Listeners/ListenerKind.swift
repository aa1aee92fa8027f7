/// The listeners that serve requests of the route table.
public enum ListenerKind: String, CaseIterable, Sendable {
    /// mTLS, TLS 1.3.
    case service
    /// No client certificate, TLS 1.3: people, API keys, tokens.
    case people
    /// No client certificate, TLS 1.2 too: what other trust domains fetch.
    case federation
}

/// The listeners that a route is served on; on all others it does not exist.
struct ListenerSet: OptionSet, Sendable {
    let rawValue: UInt8

    static let service = ListenerSet(rawValue: 1)
    static let people = ListenerSet(rawValue: 2)
    static let federation = ListenerSet(rawValue: 4)
    /// The APIs: for certificates on the one, for credentials on the other.
    static let apis: ListenerSet = [.service, .people]

    @inline(__always)
    func serves(_ kind: ListenerKind) -> Bool {
        switch kind {
        case .service: contains(.service)
        case .people: contains(.people)
        case .federation: contains(.federation)
        }
    }
}
