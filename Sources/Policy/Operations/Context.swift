/// What else a decision may rest on; nil means unknown.
///
/// Unknown makes a deny that asks for it apply, and an allow that asks for it not apply.
public struct Context: Hashable, Sendable {
    /// Nanoseconds since the Unix epoch.
    public var nowNanoseconds: Int64
    /// The client's address.
    public var sourceIP: IPAddress?
    /// How the principal proved who it is, where a session stands for an earlier proof; nil takes the principal's own.
    public var authenticationMethod: Principal.Authentication?
    /// How strong that proof was.
    public var authenticationStrength: AuthenticationStrength?
    /// Nanoseconds since the client's certificate became valid.
    public var certificateAgeNanoseconds: Int64?
    /// The HTTP request that one service makes to another; asked for by intentions with `http`.
    public var http: HTTPFacts?
    /// Whether the operation is one that the gateway offers to everybody, such as signing on or fetching a bundle.
    ///
    /// Then nobody has to be authenticated or to hold a role; an explicit deny still refuses. Never for operations on services.
    public var isPublic = false

    /// Makes a context.
    public init(
        nowNanoseconds: Int64, sourceIP: IPAddress? = nil,
        authenticationMethod: Principal.Authentication? = nil,
        authenticationStrength: AuthenticationStrength? = nil,
        certificateAgeNanoseconds: Int64? = nil, http: HTTPFacts? = nil, isPublic: Bool = false
    ) {
        self.nowNanoseconds = nowNanoseconds
        self.sourceIP = sourceIP
        self.authenticationMethod = authenticationMethod
        self.authenticationStrength = authenticationStrength
        self.certificateAgeNanoseconds = certificateAgeNanoseconds
        self.http = http
        self.isPublic = isPublic
    }
}

/// How strong an authentication was; each level includes those before it.
public enum AuthenticationStrength: UInt8, CaseIterable, Comparable, Sendable {
    /// Something secret was sent: a password, an API key, a bearer token.
    case secret
    /// A private key was proved to be held, as in mutual TLS.
    case certificate
    /// Several factors were asked for (`amr` values such as `mfa`, RFC 8176 section 2).
    case mfa
    /// A hardware-bound key was used (`hwk`, RFC 8176 section 2).
    case hardware

    /// The level's name in policies.
    public var name: String {
        switch self {
        case .secret: "secret"
        case .certificate: "certificate"
        case .mfa: "mfa"
        case .hardware: "hardware"
        }
    }

    /// Whether a level is below another.
    public static func < (first: Self, second: Self) -> Bool { first.rawValue < second.rawValue }
}

/// The HTTP request that one service makes to another, as a data plane reports it.
public struct HTTPFacts: Hashable, Sendable {
    /// The method, such as `GET`.
    public var method: String
    /// The path without a query, as it will be forwarded.
    public var path: String
    /// The header fields; nil when they are not known.
    public var headers: [HTTPField]?

    /// Makes the facts of a request.
    public init(method: String, path: String, headers: [HTTPField]? = nil) {
        self.method = method
        self.path = path
        self.headers = headers
    }
}

/// One header field of a request.
public struct HTTPField: Hashable, Sendable {
    /// The field's name, compared without case.
    public var name: String
    /// The field's value.
    public var value: String

    /// Makes a field.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
