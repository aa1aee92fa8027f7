public import PKI

/// One provider that people sign on with by OpenID Connect or OAuth 2.0: an entry of `auth.oidc` in the configuration.
public struct OpenIDSettings: Sendable, Equatable {
    /// A short name, the provider in `user:PROVIDER/NAME`.
    public var name: String
    /// The `iss` of its tokens, compared by code units; of a provider without tokens what it is known by.
    public var issuer: String
    /// What it speaks, and where it is asked.
    public var dialect: Dialect
    /// How it knows us.
    public var clientID: String
    /// How we prove to be that client.
    public var proof = ClientProof.none
    /// What is asked for; `openid` among it.
    public var scopes: [String] = ["openid", "profile", "email"]
    /// The algorithms that its ID tokens may use.
    public var algorithms: Set<JWSAlgorithm> = [.rs256, .es256]
    /// The file of authorities that its servers are checked against; nil for the system's.
    public var authorities: String?
    /// How far clocks may differ, in seconds.
    public var skewSeconds: Int64 = 60
    /// How long ago a person may have proven who they are, in seconds; nil does not ask.
    public var maxAgeSeconds: Int64?
    /// The `acr` of which an ID token must name one; empty does not ask.
    public var contexts: [String] = []
    /// The `amr` of which an ID token must name one; empty does not ask.
    public var methods: [String] = []
    /// What other claims must match one of, each.
    public var claims: [BoundClaim] = []
    /// Whether the userinfo endpoint is asked for claims that the ID token lacks.
    public var asksUserInfo = false
    /// Whether programs may be confirmed at its own page (RFC 8628).
    public var takesDevices = false
    /// Whether PKCE by S256 is taken for granted where the metadata says nothing about it.
    public var assumesS256 = false
    /// How long its word is taken before it is asked again, in seconds.
    public var confirmSeconds = 300
    /// What else is asked in the authorization request.
    public var parameters: [Parameter] = []
    /// How claims name who it is.
    public var mapping = ClaimMapping()

    /// Names a provider of OpenID Connect with the usual rules.
    public init(name: String, issuer: String, at address: KeyAddress, clientID: String) {
        self.name = name
        self.issuer = issuer
        dialect = .openID(address)
        self.clientID = clientID
    }

    /// What a provider speaks.
    public enum Dialect: Sendable, Equatable {
        /// OpenID Connect; its metadata stands below this address.
        case openID(KeyAddress)
        /// GitHub's OAuth 2.0, which knows no ID tokens; asked at the web's address and at that of its API.
        case github(web: KeyAddress, api: KeyAddress)
    }

    /// A parameter of the authorization request that the provider wants besides.
    public struct Parameter: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Its value.
        public let value: String

        /// Makes a parameter.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// How a client proves at the token endpoint who it is (OpenID Connect Core 1.0 section 9).
public enum ClientProof: Sendable, Equatable {
    /// Not at all: PKCE alone binds the code to us.
    case none
    /// `client_secret_basic`.
    case basic(SecretSource)
    /// `client_secret_post`.
    case post(SecretSource)
    /// `private_key_jwt` with a P-256 key in PEM.
    case privateKey(SecretSource)
}

extension OpenIDSettings {
    /// Whether there are ID tokens, and keys that they are verified by.
    package var hasKeys: Bool {
        if case .openID = dialect { true } else { false }
    }

    /// The rules of tokens that the same provider would be held to in `auth.jwt`, for what they have in common.
    var tokenIssuer: TokenIssuer {
        var issuer = TokenIssuer(
            name: name, issuer: issuer, audiences: [clientID], keys: .file(""))
        issuer.algorithms = algorithms
        issuer.skewSeconds = skewSeconds
        issuer.claims = claims
        issuer.mapping = mapping
        return issuer
    }
}
