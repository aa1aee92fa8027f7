public import Audit
public import Policy
internal import StrictJSON

/// A principal as records name it, and as it is read back from one.
struct RecordedPrincipal {
    let principal: Principal
    /// Whose rights the principal's could not exceed.
    let ceiling: Principal?
    let missing: RecordedRequest.Missing

    /// Reads the member `principal` of a record.
    init?(_ raw: ArraySlice<UInt8>, trustDomain: String, template: IdentityTemplate) {
        guard let value = try? StrictJSON.parse(Array(raw)),
            let principal = Self.principal(value, trustDomain, template)
        else { return nil }
        self.principal = principal
        if let value = value["ceiling"] {
            guard let ceiling = Self.principal(value, trustDomain, template) else { return nil }
            self.ceiling = ceiling
        } else {
            ceiling = nil
        }
        var missing: RecordedRequest.Missing = value["cut"] == .bool(true) ? .groups : []
        if value["sealed"] != nil { missing.insert(.sealed) }
        self.missing = missing
    }

    private static func principal(
        _ value: JSONValue, _ trustDomain: String, _ template: IdentityTemplate
    ) -> Principal? {
        guard let kind = value["kind"]?.string.flatMap(Principal.Kind.init),
            let authentication = value["auth"]?.string.flatMap(Principal.Authentication.init),
            let id = value["id"]?.string
        else { return nil }
        var principal = Principal(kind: kind, id: id, authentication: authentication)
        if kind == .service || kind == .operator {
            guard let spiffeID = try? SPIFFEID(parsing: id) else { return nil }
            principal.spiffeID = spiffeID
            if kind == .service, spiffeID.trustDomain == trustDomain {
                principal.service = template.serviceIdentity(of: spiffeID)
            }
        }
        principal.ldapGroups = strings(value["ldap_groups"])
        principal.samlGroups = strings(value["saml_groups"])
        principal.apiKeyScopes = strings(value["scopes"])
        if case .array(let claims) = value["claims"] {
            for claim in claims {
                let parts = strings(claim)
                guard parts.count == 3 else { return nil }
                principal.oidcClaims.append(
                    OIDCClaim(issuer: parts[0], claim: parts[1], value: parts[2]))
            }
        }
        return principal
    }

    private static func strings(_ value: JSONValue?) -> [String] {
        guard case .array(let elements) = value else { return [] }
        return elements.compactMap(\.string)
    }
}

extension PrincipalFields {
    /// A principal as records name it: with the groups, claims, scopes and ceiling that a replay needs.
    public init(recording principal: Principal, roles: [String], ceiling: Principal? = nil) {
        var writer = JSONWriter(capacity: 0)
        writer.attributes(of: principal)
        if let ceiling {
            writer.raw(",\"ceiling\":{\"kind\":")
            writer.string(ceiling.kind.rawValue)
            writer.text("id", ceiling.id)
            writer.text("auth", ceiling.authentication.rawValue)
            writer.attributes(of: ceiling)
            writer.raw("}")
        }
        let isTooLong = writer.bytes.count > ReplayLimits.attributeBytesMax
        self.init(
            kind: principal.kind.rawValue, id: principal.id,
            auth: principal.authentication.rawValue, roles: roles,
            attributes: isTooLong ? Array(",\"cut\":true".utf8) : writer.bytes)
    }
}

extension JSONWriter {
    /// Appends what roles may be given for, each member with a comma before it.
    fileprivate mutating func attributes(of principal: Principal) {
        list("ldap_groups", principal.ldapGroups)
        list("saml_groups", principal.samlGroups)
        if !principal.oidcClaims.isEmpty {
            raw(",\"claims\":[")
            for (index, claim) in principal.oidcClaims.enumerated() {
                if index > 0 { raw(",") }
                strings([claim.issuer, claim.claim, claim.value])
            }
            raw("]")
        }
        list("scopes", principal.apiKeyScopes)
    }
}

extension JSONWriter {
    fileprivate mutating func list(_ name: StaticString, _ texts: [String]) {
        guard !texts.isEmpty else { return }
        raw(",\"")
        raw(name)
        raw("\":")
        strings(texts)
    }
}

extension RecordObject {
    /// The texts of a member that is a list of strings; nil when there is no such member.
    static func strings(_ name: String, in object: ArraySlice<UInt8>) -> [String]? {
        guard let value = raw(name, in: object), let parsed = try? StrictJSON.parse(Array(value)),
            case .array(let elements) = parsed
        else { return nil }
        return elements.compactMap(\.string)
    }
}
