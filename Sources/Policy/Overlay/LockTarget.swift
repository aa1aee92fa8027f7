import Text

/// Whom or what a lock is on.
public enum LockTarget: Sendable, Equatable {
    /// A user, `PROVIDER/NAME`; `NAME` alone is that of every provider.
    case user(String)
    /// An API key, by its public id.
    case key(String)
    /// A role: it gives nobody anything while it is locked.
    case role(String)
    /// A service of the own trust domain.
    case service(namespace: String, name: String)
    /// Whoever has this SPIFFE ID, an operator for example.
    case spiffe(SPIFFEID)
    /// All whom a provider vouches for.
    case issuer(String)
    /// A user whose name can't be told any more, and yet be known again.
    case erased(LockedName)

    /// The kind, as requests and records name it.
    public var kind: String {
        switch self {
        case .user, .erased: "user"
        case .key: "key"
        case .role: "role"
        case .service: "service"
        case .spiffe: "spiffe"
        case .issuer: "issuer"
        }
    }

    /// The name, as requests and records have it.
    public var name: String {
        switch self {
        case .user(let name), .key(let name), .role(let name), .issuer(let name): name
        case .service(let namespace, let name): "\(namespace)/\(name)"
        case .spiffe(let id): id.description
        case .erased: ""
        }
    }

    /// The kinds that there are.
    public static let kinds = ["user", "key", "role", "service", "spiffe", "issuer"]

    /// Reads a target; nil where the name can't be one of that kind.
    ///
    /// A service without a namespace is in `default`.
    public init?(kind: String, name: String) {
        let bytesMax =
            kind == "spiffe" ? PolicyLimits.spiffeIDBytesMax : PolicyLimits.subjectBytesMax
        guard (1...bytesMax).contains(name.utf8.count),
            name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { return nil }
        switch kind {
        case "user" where !FoldedName(name).isEmpty: self = .user(name)
        case "key": self = .key(name)
        case "role": self = .role(name)
        case "service":
            let parts = name.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, let last = parts.last, parts.allSatisfy({ !$0.isEmpty }) else {
                return nil
            }
            self = .service(
                namespace: parts.count == 2 ? String(parts[0]) : Resource.defaultNamespace,
                name: String(last))
        case "spiffe":
            guard let id = try? SPIFFEID(parsing: name) else { return nil }
            self = .spiffe(id)
        case "issuer" where !FoldedName(name).isEmpty: self = .issuer(name)
        default: return nil
        }
    }
}
