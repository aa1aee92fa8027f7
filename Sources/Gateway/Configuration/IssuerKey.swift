internal import Auth

/// One key of an issuer in `auth.jwt`: its form, and where its value goes.
struct IssuerKey: Sendable {
    let name: String
    let form: String
    let apply: @Sendable (inout TokenIssuer, ConfigurationValue) -> Bool

    /// All keys with one value or a list of values.
    static let all: [IssuerKey] = origin + rules + mapping

    /// Whether a text may name a claim.
    static func isClaim(_ text: String) -> Bool {
        (1...256).contains(text.utf8.count)
    }

    private static let origin: [IssuerKey] = [
        IssuerKey(name: "name", form: ConfigurationValue.providerNameForm) { issuer, value in
            guard let name = value.providerName else { return false }
            issuer.name = name
            return true
        },
        text("issuer", "the text of the tokens' iss, of at most 1024 bytes", \.issuer) {
            (1...1024).contains($0.utf8.count)
        },
        list("audiences", "a list of audiences", \.audiences),
        // Which of these there are says where the keys come from.
        IssuerKey(name: "jwks_file", form: "the path of a JSON Web Key Set") { _, value in
            value.text.map(isPath) ?? false
        },
        IssuerKey(name: "jwks_url", form: "an https address") { _, value in
            value.text.map { KeyAddress($0, allowsLoopbackHTTP: true) != nil } ?? false
        },
        IssuerKey(name: "loopback_http", form: "true or false") { _, value in
            value.text == "true" || value.text == "false"
        },
        IssuerKey(name: "ca_file", form: "the path of a file of certificates") { issuer, value in
            guard let path = value.text, isPath(path) else { return false }
            issuer.authorities = path
            return true
        },
    ]

    private static func isPath(_ text: String) -> Bool {
        (1...4096).contains(text.utf8.count) && !text.utf8.contains(0)
    }

    private static let rules: [IssuerKey] = [
        IssuerKey(
            name: "algorithms",
            form: "a list of " + JWSAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
        ) { issuer, value in
            let named = (value.list ?? []).map { JWSAlgorithm(rawValue: $0) }
            guard !named.isEmpty, !named.contains(nil) else { return false }
            issuer.algorithms = Set(named.compactMap { $0 })
            return true
        },
        IssuerKey(name: "types", form: "a list of types, as at+jwt; \"\" is none") {
            issuer, value in
            guard let list = value.list, !list.isEmpty else { return false }
            issuer.types = Set(list.map { $0.lowercased() })
            return true
        },
        IssuerKey(name: "skew", form: "a duration from 0s to 10m, as 60s") { issuer, value in
            guard let seconds = value.seconds, (0...600).contains(seconds) else { return false }
            issuer.skewSeconds = Int64(seconds)
            return true
        },
        IssuerKey(name: "max_age", form: "a duration from 1s to 365d, as 1h") { issuer, value in
            guard let seconds = value.seconds, (1...31_536_000).contains(seconds) else {
                return false
            }
            issuer.maxAgeSeconds = Int64(seconds)
            return true
        },
        globs("subjects", \.subjects),
        list("authorized_parties", "a list of client ids", \.authorizedParties),
        IssuerKey(name: "require_binding", form: "true or false") { issuer, value in
            guard let text = value.text, text == "true" || text == "false" else { return false }
            issuer.requiresBinding = text == "true"
            return true
        },
    ]

    private static let mapping: [IssuerKey] = [
        claim("user_claim") { $0.mapping.user = $1 },
        claim("groups_claim") { $0.mapping.groups = $1 },
        text("groups_prefix", "a text", \.mapping.groupsPrefix) { !$0.isEmpty },
        globs("groups_allowed", \.mapping.groupsAllowed),
        claim("roles_claim") { $0.mapping.roles = $1 },
        text("roles_prefix", "a text", \.mapping.rolesPrefix) { !$0.isEmpty },
        list("roles_allowed", "a list of the policy's roles", \.mapping.rolesAllowed),
    ]

    private static func text(
        _ name: String, _ form: String,
        _ path: any WritableKeyPath<TokenIssuer, String> & Sendable,
        _ isValid: @escaping @Sendable (String) -> Bool
    ) -> IssuerKey {
        IssuerKey(name: name, form: form) { issuer, value in
            guard let text = value.text, isValid(text) else { return false }
            issuer[keyPath: path] = text
            return true
        }
    }

    private static func list(
        _ name: String, _ form: String,
        _ path: any WritableKeyPath<TokenIssuer, [String]> & Sendable
    ) -> IssuerKey {
        IssuerKey(name: name, form: form) { issuer, value in
            guard let list = value.list, !list.isEmpty, !list.contains("") else { return false }
            issuer[keyPath: path] = list
            return true
        }
    }

    private static func globs(
        _ name: String, _ path: any WritableKeyPath<TokenIssuer, [ClaimGlob]> & Sendable
    ) -> IssuerKey {
        IssuerKey(name: name, form: "a list of patterns in which * stands for any characters") {
            issuer, value in
            guard let list = value.list, !list.isEmpty, !list.contains("") else { return false }
            issuer[keyPath: path] = list.map { ClaimGlob($0) }
            return true
        }
    }

    private static func claim(
        _ name: String, _ set: @escaping @Sendable (inout TokenIssuer, ClaimPath) -> Void
    ) -> IssuerKey {
        IssuerKey(name: name, form: "a claim's name, or its JSON Pointer, as /realm/roles") {
            issuer, value in
            guard let text = value.text, isClaim(text) else { return false }
            set(&issuer, ClaimPath(text))
            return true
        }
    }
}
