internal import Policy
internal import StrictJSON

/// The claims that every JWT-SVID has (JWT-SVID section 3), read and not verified.
struct JWTClaims {
    let value: JSONValue
    let subject: SPIFFEID
    let audience: [String]
    let expiresAt: Int64
    let notBefore: Int64?
    let issuedAt: Int64?

    init(_ payload: [UInt8]) throws(JWTRefusal) {
        do {
            value = try StrictJSON.parse(payload, limits: .token)
        } catch {
            throw .malformed("the claims are not strict JSON (\(error.message))")
        }
        guard case .object = value else { throw .malformed("the claims are no object") }
        guard let text = value["sub"]?.string else { throw .claim("no sub") }
        guard let id = try? SPIFFEID(parsing: text), !id.path.isEmpty else { throw .subject(text) }
        subject = id
        audience = try Self.audience(value["aud"])
        guard let end = try Self.time(value["exp"], "exp") else { throw .claim("no exp") }
        expiresAt = end
        notBefore = try Self.time(value["nbf"], "nbf")
        issuedAt = try Self.time(value["iat"], "iat")
    }

    /// A string or a list of strings (RFC 7519 section 4.1.3); never empty.
    private static func audience(_ value: JSONValue?) throws(JWTRefusal) -> [String] {
        switch value {
        case .string(let one)? where !one.isEmpty: return [one]
        case .array(let many)?:
            let names = many.compactMap(\.string)
            guard names.count == many.count, !names.isEmpty, !names.contains(""),
                names.count <= PKILimits.audiencesMax
            else { throw .claim("aud is not a list of names") }
            return names
        default: throw .claim("no aud")
        }
    }

    /// Whole or fractional seconds (RFC 7519 section 2, NumericDate), cut to the whole second.
    private static func time(_ value: JSONValue?, _ name: String) throws(JWTRefusal) -> Int64? {
        guard let value else { return nil }
        if let whole = value.integer { return whole }
        guard case .number(let number) = value, let seconds = Double(number.text),
            seconds.magnitude < 1e15
        else { throw .claim("\(name) is not a time") }
        return Int64(seconds.rounded(.down))
    }
}
