internal import Auth
internal import PKI

/// One key of a provider in `auth.oidc`: its form, and where its value goes.
struct OpenIDKey: Sendable {
    let name: String
    let form: String
    /// Whether what stands there may be a secret that was put in the wrong place, which no message repeats.
    var hidesValue = false
    let apply: @Sendable (inout OpenIDDraft, ConfigurationValue) -> Bool

    /// The key of our secret at the provider, for messages.
    static let secretName = "auth.oidc.client_secret"

    /// All keys with one value or a list of values.
    static let all: [OpenIDKey] = shared + origin + client + demands

    /// What is the same for a provider as for an issuer of `auth.jwt`.
    private static let shared: [OpenIDKey] = IssuerKey.all.filter { names.contains($0.name) }.map {
        key in
        OpenIDKey(name: key.name, form: key.form) { key.apply(&$0.issuer, $1) }
    }

    private static let names: Set<String> = [
        "name", "issuer", "ca_file", "algorithms", "skew", "user_claim", "groups_claim",
        "groups_prefix", "groups_allowed", "roles_claim", "roles_prefix", "roles_allowed",
    ]

    private static let origin: [OpenIDKey] = [
        OpenIDKey(
            name: "preset",
            form: OpenIDPreset.allCases.map(\.rawValue).joined(separator: ", ")
        ) { draft, value in
            // Taken before all others, so that each goes before it.
            value.text.flatMap(OpenIDPreset.init) != nil
        },
        flag("loopback_http") { $0.allowsLoopbackHTTP = $1 },
        OpenIDKey(name: "api_url", form: "the https address of a GitHub server's API") {
            draft, value in
            guard let text = value.text, KeyAddress(text, allowsLoopbackHTTP: true) != nil else {
                return false
            }
            draft.api = text
            return true
        },
    ]

    private static let client: [OpenIDKey] = [
        OpenIDKey(name: "client_id", form: "how the provider knows us, of at most 512 bytes") {
            draft, value in
            guard let text = value.text, (1...512).contains(text.utf8.count),
                text.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
            else { return false }
            draft.settings.clientID = text
            return true
        },
        OpenIDKey(name: "client_secret", form: SecretSource.form, hidesValue: true) {
            draft, value in
            guard let source = value.text.flatMap({ SecretSource($0) }) else { return false }
            draft.secret = source
            return true
        },
        OpenIDKey(name: "client_auth", form: "basic, post, private_key_jwt or none") {
            draft, value in
            guard let text = value.text,
                ["basic", "post", "private_key_jwt", "none"].contains(text)
            else { return false }
            draft.authentication = text
            return true
        },
        OpenIDKey(name: "scopes", form: "a list of scopes, openid among them") { draft, value in
            guard let list = value.list, !list.isEmpty,
                list.allSatisfy({ !$0.isEmpty && !$0.utf8.contains(0x20) })
            else { return false }
            draft.settings.scopes = list
            return true
        },
    ]

    private static let demands: [OpenIDKey] = [
        OpenIDKey(name: "confirm", form: "a duration from 10s to 1h, as 5m") { draft, value in
            guard let seconds = value.seconds, (10...3600).contains(seconds) else { return false }
            draft.settings.confirmSeconds = seconds
            return true
        },
        OpenIDKey(name: "max_age", form: "a duration from 1s to 365d, as 1h") { draft, value in
            guard let seconds = value.seconds, (1...31_536_000).contains(seconds) else {
                return false
            }
            draft.settings.maxAgeSeconds = Int64(seconds)
            return true
        },
        list("acr", "a list of authentication contexts") { $0.contexts = $1 },
        list("amr", "a list of authentication methods") { $0.methods = $1 },
        flag("userinfo") { $0.settings.asksUserInfo = $1 },
        flag("device_flow") { $0.settings.takesDevices = $1 },
        flag("assume_s256") { $0.settings.assumesS256 = $1 },
    ]

    private static func flag(
        _ name: String, _ set: @escaping @Sendable (inout OpenIDDraft, Bool) -> Void
    ) -> OpenIDKey {
        OpenIDKey(name: name, form: "true or false") { draft, value in
            guard let text = value.text, text == "true" || text == "false" else { return false }
            set(&draft, text == "true")
            return true
        }
    }

    private static func list(
        _ name: String, _ form: String,
        _ set: @escaping @Sendable (inout OpenIDSettings, [String]) -> Void
    ) -> OpenIDKey {
        OpenIDKey(name: name, form: form) { draft, value in
            guard let list = value.list, !list.isEmpty, !list.contains("") else { return false }
            set(&draft.settings, list)
            return true
        }
    }
}

/// A provider while its keys are read.
struct OpenIDDraft: Sendable {
    var settings: OpenIDSettings
    /// What it has in common with an issuer of `auth.jwt`.
    var issuer = TokenIssuer(name: "", issuer: "", audiences: [], keys: .file(""))
    var secret: SecretSource?
    var authentication: String?
    var api: String?
    var allowsLoopbackHTTP = false

    /// Begins with what is usual for a provider.
    init?(_ preset: OpenIDPreset?) {
        guard let nowhere = KeyAddress("https://nowhere.invalid", allowsLoopbackHTTP: false) else {
            return nil
        }
        settings = OpenIDSettings(name: "", issuer: "", at: nowhere, clientID: "")
        preset?.apply(to: &settings)
        issuer.mapping = settings.mapping
        issuer.issuer = preset?.issuer ?? ""
    }
}
