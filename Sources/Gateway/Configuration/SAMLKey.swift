internal import Auth
internal import PKI
internal import SAML

/// One key of a provider in `auth.saml`: its form, and where its value goes.
struct SAMLKey: Sendable {
    let name: String
    let form: String
    /// Whether what stands there may be a secret that was put in the wrong place, which no message repeats.
    var hidesValue = false
    let apply: @Sendable (inout SAMLDraft, ConfigurationValue) -> Bool

    /// All keys.
    static let all: [SAMLKey] = origin + own + demands + mapping

    private static let origin: [SAMLKey] = [
        SAMLKey(name: "name", form: ConfigurationValue.providerNameForm) { draft, value in
            guard let name = value.providerName else { return false }
            draft.settings.name = name
            return true
        },
        SAMLKey(name: "metadata_file", form: "the path of the provider's metadata") {
            draft, value in
            guard let text = value.text, !text.isEmpty else { return false }
            draft.file = text
            return true
        },
        SAMLKey(name: "metadata_url", form: "an https address") { draft, value in
            guard let text = value.text, KeyAddress(text, allowsLoopbackHTTP: true) != nil else {
                return false
            }
            draft.address = text
            return true
        },
        SAMLKey(name: "ca_file", form: "the path of a PEM file") { draft, value in
            guard let text = value.text, !text.isEmpty else { return false }
            draft.authorities = text
            return true
        },
        SAMLKey(name: "loopback_http", form: "true or false") { draft, value in
            guard let text = value.text, text == "true" || text == "false" else { return false }
            draft.allowsLoopbackHTTP = text == "true"
            return true
        },
        text("metadata_signing_certificate", "the path of a PEM file") { $0.signerPath = $1 },
        text("idp_entity_id", "the provider's entity id") { $0.entityID = $1 },
    ]

    private static let own: [SAMLKey] = [
        text("entity_id", "how the provider knows us") { $0.ownEntityID = $1 },
        secret("key") { $0.key = $1 },
        text("certificate_file", "the path of a PEM file") { $0.certificatePath = $1 },
        secret("other_key") { $0.otherKey = $1 },
        text("other_certificate_file", "the path of a PEM file") { $0.otherCertificatePath = $1 },
        text("name_format", "the URI of a NameID format") { $0.nameFormat = $1 },
        flag("force_authn") { $0.isForced = $1 },
    ]

    private static let demands: [SAMLKey] = [
        SAMLKey(
            name: "signed",
            form: SAMLResponse.Demand.allCases.map(\.rawValue).joined(separator: ", ")
        ) { draft, value in
            guard let demand = value.text.flatMap(SAMLResponse.Demand.init) else { return false }
            draft.settings.demand = demand
            return true
        },
        flag("allow_cbc") { $0.takesCBC = $1 },
        seconds("skew", "a duration from 0s to 3m, as 60s", 0...180) { $0.skewSeconds = $1 },
        seconds("session", "a duration from 1m to 12h, as 1h", 60...43_200) {
            $0.sessionSeconds = $1
        },
    ]

    private static let mapping: [SAMLKey] = [
        text("user_attribute", "the name of an attribute") { $0.userAttribute = $1 },
        text("groups_attribute", "the name of an attribute") { $0.groupsAttribute = $1 },
        list("groups_allowed", "a list of patterns") {
            $0.groupsAllowed = $1.map { ClaimGlob($0) }
        },
        text("roles_attribute", "the name of an attribute") { $0.rolesAttribute = $1 },
        list("roles_allowed", "a list of roles") { $0.rolesAllowed = $1 },
    ]

    private static func text(
        _ name: String, _ form: String,
        _ set: @escaping @Sendable (inout SAMLSettings, String) -> Void
    ) -> SAMLKey {
        SAMLKey(name: name, form: form) { draft, value in
            guard let text = value.text, (1...1024).contains(text.utf8.count) else { return false }
            set(&draft.settings, text)
            return true
        }
    }

    private static func secret(
        _ name: String, _ set: @escaping @Sendable (inout SAMLSettings, SecretSource) -> Void
    ) -> SAMLKey {
        SAMLKey(name: name, form: SecretSource.form, hidesValue: true) { draft, value in
            guard let source = value.text.flatMap({ SecretSource($0) }) else { return false }
            set(&draft.settings, source)
            return true
        }
    }

    private static func flag(
        _ name: String, _ set: @escaping @Sendable (inout SAMLSettings, Bool) -> Void
    ) -> SAMLKey {
        SAMLKey(name: name, form: "true or false") { draft, value in
            guard let text = value.text, text == "true" || text == "false" else { return false }
            set(&draft.settings, text == "true")
            return true
        }
    }

    private static func seconds(
        _ name: String, _ form: String, _ range: ClosedRange<Int>,
        _ set: @escaping @Sendable (inout SAMLSettings, Int64) -> Void
    ) -> SAMLKey {
        SAMLKey(name: name, form: form) { draft, value in
            guard let seconds = value.seconds, range.contains(seconds) else { return false }
            set(&draft.settings, Int64(seconds))
            return true
        }
    }

    private static func list(
        _ name: String, _ form: String,
        _ set: @escaping @Sendable (inout SAMLSettings, [String]) -> Void
    ) -> SAMLKey {
        SAMLKey(name: name, form: form) { draft, value in
            guard let list = value.list, !list.isEmpty, !list.contains("") else { return false }
            set(&draft.settings, list)
            return true
        }
    }
}
