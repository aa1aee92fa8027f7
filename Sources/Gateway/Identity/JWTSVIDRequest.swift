internal import PKI
internal import Policy
internal import StrictJSON

/// Asks for a JWT-SVID for some audiences: the caller's own, or that of another service where it is named.
struct JWTSVIDRequest: Sendable {
    /// Nil until `completed(by:)` has put the caller's own ID in.
    private(set) var subject: Subject?
    /// Whose token it is.
    struct Subject: Sendable {
        let spiffeID: SPIFFEID
        let identity: ServiceIdentity
    }
    let audience: [String]
    let ttlSeconds: Int?

    /// Reads the body `{audience[], spiffeId?, ttlSeconds?}`.
    static func parse(_ input: RouteInput) throws(Problem) -> JWTSVIDRequest {
        let body = try jsonBody(input.body)
        guard case .object(let members) = body else {
            throw .malformed("body: expected an object, got \(body.kind)")
        }
        let known = ["spiffeId", "audience", "ttlSeconds"]
        for member in members where !known.contains(member.name) {
            throw .malformed(
                "$.\(member.name.prefix(40)): unknown member; known are "
                    + known.joined(separator: ", "))
        }
        return JWTSVIDRequest(
            subject: try subject(body), audience: try audience(body), ttlSeconds: try ttl(body))
    }

    /// The same request with the caller's own ID where none was named.
    func completed(by principal: Principal) throws(Problem) -> JWTSVIDRequest {
        guard subject == nil else { return self }
        guard let id = principal.spiffeID, let identity = principal.service else {
            throw .impossible(
                "$.spiffeId: only services get tokens, and the caller is none: name the service")
        }
        var request = self
        request.subject = Subject(spiffeID: id, identity: identity)
        return request
    }

    private static func subject(_ body: JSONValue) throws(Problem) -> Subject? {
        guard let value = body["spiffeId"] else { return nil }
        guard let text = value.string else {
            throw .malformed("$.spiffeId: expected a string, got \(value.kind)")
        }
        guard let id = try? SPIFFEID(parsing: text),
            let identity = IdentityTemplate.consul.serviceIdentity(of: id)
        else {
            throw .impossible(
                "$.spiffeId: \(quote(text)) does not name a service; its form is "
                    + IdentityTemplate.consul.text)
        }
        return Subject(spiffeID: id, identity: identity)
    }

    private static func audience(_ body: JSONValue) throws(Problem) -> [String] {
        guard case .array(let items)? = body["audience"] else {
            throw .malformed("$.audience: expected a list of names")
        }
        let names = items.compactMap(\.string)
        guard names.count == items.count else {
            throw .malformed("$.audience: every audience is a string")
        }
        guard (1...PKILimits.audiencesMax).contains(names.count),
            names.allSatisfy({ (1...PKILimits.audienceBytesMax).contains($0.utf8.count) })
        else {
            throw .impossible(
                "$.audience: 1 to \(PKILimits.audiencesMax) names of 1 to "
                    + "\(PKILimits.audienceBytesMax) bytes are taken")
        }
        return names
    }

    private static func ttl(_ body: JSONValue) throws(Problem) -> Int? {
        guard let value = body["ttlSeconds"] else { return nil }
        guard let seconds = value.integer else {
            throw .malformed("$.ttlSeconds: expected a whole number, got \(value.kind)")
        }
        guard (1...Int64(PKILimits.ttlSecondsMax)).contains(seconds) else {
            throw .impossible(
                "$.ttlSeconds: \(seconds) is not within 1 to \(PKILimits.ttlSecondsMax)")
        }
        return Int(seconds)
    }

    func encodedDetail() -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"spiffe_id\":")
        writer.string(subject?.spiffeID.description ?? "")
        writer.raw(",\"audience\":")
        writer.strings(audience)
        writer.raw("}")
        return writer.bytes
    }
}
