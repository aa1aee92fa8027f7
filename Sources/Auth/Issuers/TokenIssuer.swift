/// One issuer whose tokens are taken, and what its tokens must say: `auth.jwt` in the configuration.
public struct TokenIssuer: Sendable, Equatable {
    /// Where the issuer's keys come from.
    public enum Keys: Sendable, Equatable {
        /// A file that holds a JSON Web Key Set.
        case file(String)
        /// An `https` address; the file of authorities that its server is checked against, or the system's.
        case url(String, authorities: String?)
    }

    /// A short name: users are called `<name>:<user>`, so that no issuer can name another's.
    public var name: String
    /// The `iss` of its tokens, compared byte for byte.
    public var issuer: String
    /// The audiences of which a token must name one.
    public var audiences: [String]
    /// Where its keys come from.
    public var keys: Keys
    /// The algorithms that it may use.
    public var algorithms: Set<JWSAlgorithm> = [.es256, .rs256]
    /// The types that its access tokens have; "" stands for none.
    public var types: Set<String> = ["at+jwt", "jwt", ""]
    /// How far clocks may differ, in seconds.
    public var skewSeconds: Int64 = 60
    /// How old a token may be, in seconds; nil for as old as it is good.
    public var maxAgeSeconds: Int64?
    /// The claim that names the user.
    public var userClaim = "sub"
    /// The claim that lists groups; policy sees every claim, `groups` under this name.
    public var groupsClaim = "groups"
    /// What `sub` must match; `*` stands for any characters.
    public var boundSubject: String?
    /// What other claims must match: one of the patterns each.
    public var boundClaims: [String: [String]] = [:]
    /// The parties (`azp`, else `client_id`) that tokens may be issued to; empty for all.
    public var authorizedParties: [String] = []
    /// Whether a token must be bound to the client certificate (RFC 8705).
    public var requiresBinding = false

    /// Makes an issuer with the shipped rules.
    public init(name: String, issuer: String, audiences: [String], keys: Keys) {
        self.name = name
        self.issuer = issuer
        self.audiences = audiences
        self.keys = keys
    }
}

/// A pattern of configuration in which `*` stands for any characters.
struct ClaimPattern {
    private let parts: [Substring.UTF8View]

    init(_ text: String) {
        parts = text.split(separator: "*", omittingEmptySubsequences: false).map(\.utf8)
    }

    /// Matches the whole text, in time proportional to its length for each part.
    func matches(_ text: String) -> Bool {
        guard let first = parts.first, let last = parts.last else { return false }
        var rest = Array(text.utf8)[...]
        guard rest.starts(with: first) else { return false }
        rest = rest.dropFirst(first.count)
        guard parts.count > 1 else { return rest.isEmpty }
        for part in parts.dropFirst().dropLast() {
            guard let end = ClaimPattern.end(of: part, in: rest) else { return false }
            rest = rest[end...]
        }
        return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
    }

    private static func end(of part: Substring.UTF8View, in bytes: ArraySlice<UInt8>) -> Int? {
        guard !part.isEmpty else { return bytes.startIndex }
        var start = bytes.startIndex
        while bytes.endIndex - start >= part.count {
            if bytes[start...].starts(with: part) { return start + part.count }
            start += 1
        }
        return nil
    }
}
