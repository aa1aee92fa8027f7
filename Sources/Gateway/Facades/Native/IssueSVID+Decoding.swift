internal import PKI
internal import Policy
internal import Registry
internal import StrictJSON

extension IssueSVID {
    /// Reads the body `{csr, ttlSeconds?}`.
    init(_ input: RouteInput) throws(Problem) {
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
        try Self.check(identity.service, "service", of: csr.spiffeID)
        try Self.check(identity.namespace, "namespace", of: csr.spiffeID)
        self.init(
            csr: csr, spiffeID: csr.spiffeID, identity: identity,
            ttlSeconds: try Self.ttl(body))
    }

    /// What can't register has no use for an identity.
    private static func check(
        _ name: String, _ what: String, of id: SPIFFEID
    ) throws(Problem) {
        guard !RegistryName.isValid(name) else { return }
        throw .impossible("$.csr: \(id): " + badName(name, of: what))
    }

    private static func ttl(_ body: JSONValue) throws(Problem) -> Int? {
        guard let value = body["ttlSeconds"], value != .null else { return nil }
        guard case .number(let number) = value, let seconds = number.whole else {
            throw .malformed("$.ttlSeconds: expected a whole number, got \(value.kind)")
        }
        guard (1...604_800).contains(seconds) else {
            throw .impossible("$.ttlSeconds: \(seconds) is not within 1 to 604800")
        }
        return Int(seconds)
    }

    /// A signing request whose key nobody has.
    static let sample = RouteSample(
        body: "{\"csr\":\""
            + [
                "-----BEGIN CERTIFICATE REQUEST-----",
                "MIIBFjCBvQIBADAOMQwwCgYDVQQDDANhcGkwWTATBgcqhkjOPQIBBggqhkjOPQMB",
                "BwNCAAStIwonQgdc2mzkyZfXyFLLWOMLP+H2tEK8fxsXdslIgyODrf+umrXJsUBW",
                "1LO6tT6VO3Pdq9clciE8YkW1YO2voE0wSwYJKoZIhvcNAQkOMT4wPDA6BgNVHREE",
                "MzAxhi9zcGlmZmU6Ly9tYXhpbmUubG9jYWwvbnMvZGVmYXVsdC9kYy9kYzEvc3Zj",
                "L2FwaTAKBggqhkjOPQQDAgNIADBFAiBAlnXJi5LGEiA9ca+PX7H7G3PopI7lCRtb",
                "wNZvb7rm0QIhAJ7fW7p7zhCilKsTaWlhOO8Lsgy2AFvRPnalpt70OpR8",
                "-----END CERTIFICATE REQUEST-----",
            ].joined(separator: "\\n") + "\"}")
}
