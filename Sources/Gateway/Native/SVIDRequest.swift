internal import PKI
internal import Policy
internal import StrictJSON
internal import Wire

/// Asks for an X.509-SVID: a signing request whose proof of possession was checked.
struct SVIDRequest: Sendable {
    let csr: ParsedCSR
    let spiffeID: SPIFFEID
    let identity: ServiceIdentity
    let ttlSeconds: Int?

    /// Reads the body `{csr, ttlSeconds?}`.
    static func parse(_ input: RouteInput) throws(Problem) -> SVIDRequest {
        let body = try jsonBody(input.body)
        guard case .object(let members) = body else {
            throw .malformed("body: expected an object, got \(body.kind)")
        }
        for member in members where member.name != "csr" && member.name != "ttlSeconds" {
            throw .malformed(
                "$.\(member.name.prefix(40)): unknown member; known are csr, ttlSeconds")
        }
        guard let text = body["csr"]?.string else {
            throw .malformed("$.csr: expected the signing request in PEM, as a string")
        }
        let csr: ParsedCSR
        do throws(PKIError) {
            csr = try ParsedCSR(Array(text.utf8))
        } catch {
            throw .impossible("$.csr: \(error.message)")
        }
        guard let identity = IdentityTemplate.consul.serviceIdentity(of: csr.spiffeID) else {
            throw .impossible(
                "$.csr: \(csr.spiffeID) does not name a service; its form is "
                    + IdentityTemplate.consul.text)
        }
        return SVIDRequest(
            csr: csr, spiffeID: csr.spiffeID, identity: identity, ttlSeconds: try ttl(body))
    }

    private static func ttl(_ body: JSONValue) throws(Problem) -> Int? {
        guard let value = body["ttlSeconds"] else { return nil }
        guard let seconds = value.integer else {
            throw .malformed("$.ttlSeconds: expected a whole number, got \(value.kind)")
        }
        guard (1...604_800).contains(seconds) else {
            throw .impossible("$.ttlSeconds: \(seconds) is not within 1 to 604800")
        }
        return Int(seconds)
    }

    func encodedDetail() -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"spiffe_id\":")
        writer.string(spiffeID.description)
        writer.raw(",\"key\":")
        writer.string(csr.publicKeyDigest)
        if let ttlSeconds {
            writer.raw(",\"ttl_seconds\":")
            writer.integer(ttlSeconds)
        }
        writer.raw("}")
        return writer.bytes
    }
}
