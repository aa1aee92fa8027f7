internal import Auth
internal import NIOCore
internal import PKI
internal import Policy
internal import Wire

/// The form of RFC 8693 section 2.1.
///
/// What is not known is passed over, as RFC 6749 section 3.2 has it; what is known and would ask for more than is given, is refused.
struct ExchangeForm {
    static let subjectToken: StaticString = "subject_token"
    static let grantType = "urn:ietf:params:oauth:grant-type:token-exchange"
    static let accessToken = "urn:ietf:params:oauth:token-type:access_token"
    static let jwt = "urn:ietf:params:oauth:token-type:jwt"

    private static let types = [accessToken, jwt]
    private static let refused: [(name: StaticString, why: String)] = [
        ("actor_token", "actor_token is not taken: a token is given to its own subject only"),
        ("actor_token_type", "actor_token_type is not taken without actor_token"),
        ("resource", "resource is not taken: name an audience"),
        ("client_secret", "clients have no secrets here: subject_token speaks for the request"),
        (
            "client_assertion",
            "clients make no assertions here: subject_token speaks for the request"
        ),
    ]

    /// Reads a form.
    static func operation(_ input: RouteInput) throws(Problem) -> ExchangeToken {
        let form = try query(input.body)
        guard let grant = form.value(of: "grant_type") else {
            throw .badExchange("grant_type is missing; it is \(grantType)")
        }
        guard grant == grantType else {
            throw Problem(
                status: 400, code: "unsupported-grant-type", title: "no such grant",
                detail: "the only grant_type here is \(grantType)")
        }
        for (name, why) in refused where form.value(of: name) != nil { throw .badExchange(why) }
        if let scope = form.value(of: "scope"), !scope.isEmpty {
            throw Problem(
                status: 400, code: "invalid-scope", title: "no such scope",
                detail: "tokens have no scopes here: they give what policy gives their subject")
        }
        guard let subject = form.value(of: subjectToken), !subject.isEmpty else {
            throw .badExchange("subject_token is missing")
        }
        guard !APIKeyText.hasPrefix(subject.utf8) else {
            throw .badExchange("subject_token is an API key: use it as it is")
        }
        try checkTypes(form)
        return ExchangeToken(
            plan: ExchangePlan(
                subject: RawToken(Array(subject.utf8)), audience: try audience(form),
                certificateSHA256: input.certificate?.peer.certificateSHA256,
                client: input.certificate?.peer.spiffeID.description))
    }

    private static func checkTypes(_ form: Query) throws(Problem) {
        guard let type = form.value(of: "subject_token_type"), types.contains(type) else {
            throw .badExchange("subject_token_type must be \(jwt) or \(accessToken)")
        }
        if let wanted = form.value(of: "requested_token_type"), !types.contains(wanted) {
            throw .badExchange("requested_token_type can be \(accessToken) or \(jwt) only")
        }
    }

    private static func audience(_ form: Query) throws(Problem) -> String? {
        guard let audience = form.value(of: "audience") else { return nil }
        guard (1...SigningLimits.audienceBytesMax).contains(audience.utf8.count),
            audience.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else {
            throw .badExchange(
                "audience must be a line of 1 to \(SigningLimits.audienceBytesMax) bytes")
        }
        return audience
    }

    private static func query(_ body: ByteBuffer?) throws(Problem) -> Query {
        do throws(TargetProblem) {
            return try Query(body ?? ByteBuffer())
        } catch {
            throw .badExchange(
                "the body is no application/x-www-form-urlencoded form: \(error.reason)")
        }
    }
}
