internal import PKI
internal import Policy
internal import Registry

extension IssueSVID {
    /// Reads the body `{csr, ttlSeconds?}`.
    init(_ input: RouteInput) throws(Problem) {
        let (csr, ttlSeconds): (ParsedCSR, Int?) = try CSRBody.read(input, secondsMax: 604_800)
        guard let identity = IdentityTemplate.consul.serviceIdentity(of: csr.spiffeID) else {
            throw .impossible(
                "$.csr: \(csr.spiffeID) does not name a service; its form is "
                    + IdentityTemplate.consul.text)
        }
        try Self.check(identity.service, "service", of: csr.spiffeID)
        try Self.check(identity.namespace, "namespace", of: csr.spiffeID)
        self.init(
            csr: csr, spiffeID: csr.spiffeID, identity: identity,
            ttlSeconds: ttlSeconds)
    }

    /// What can't register has no use for an identity.
    private static func check(
        _ name: String, _ what: String, of id: SPIFFEID
    ) throws(Problem) {
        guard !RegistryName.isValid(name) else { return }
        throw .impossible("$.csr: \(id): " + badName(name, of: what))
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
