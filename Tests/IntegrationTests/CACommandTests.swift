import Foundation
import Support
import Testing

/// The life of authorities by the commands, as docs/operations.md tells it.
@Suite(.serialized) struct CACommandTests {
    private static let policy = """
        maxine_policy: 1
        name: authorities
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
        acl:
          - { id: admins, effect: allow, subjects: [role:admin], actions: [service.*, identity.issue], resources: { services: ["*"] } }
        """

    private func states(_ gateway: GatewayProcess) throws -> [String] {
        let shown = try gateway.maxine("ca", "show")
        #expect(shown.status == 0, "\(shown.error)")
        return shown.output.split(separator: "\n").filter { $0.hasPrefix("intermediate") }
            .compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
    }

    @Test func anIntermediateIsRotatedTaintedAndRevoked() throws {
        let gateway = try GatewayProcess.started(policy: Self.policy)
        #expect(try states(gateway) == ["active"])
        #expect(try gateway.maxine("ca", "activate").status == 1, "nothing is prepared")
        #expect(try gateway.maxine("ca", "prepare").status == 0)
        #expect(try states(gateway) == ["active", "prepared"])
        let rotated = try gateway.maxine("ca", "rotate", "--json")
        #expect(rotated.status == 0, "\(rotated.error)")
        let old = try #require(rotated.output.firstMatch(of: /"old":\["([0-9a-f]{40})"\]/)?.1)
        #expect(try gateway.maxine("ca", "taint", String(old)).status == 0)
        #expect(try states(gateway) == ["tainted", "active"])
        gateway.crash()
        try gateway.start()
        #expect(try states(gateway) == ["tainted", "active"])
        let wrong = try gateway.maxine("ca", "revoke", "00")
        #expect(wrong.status == 1)
        #expect(wrong.error.contains("maxine ca show"), "\(wrong.error)")
        #expect(gateway.stop() == 0)
    }

    @Test func aCompromisedAuthorityIsShownWithAllThatHangsOnItThenIsOut() throws {
        let gateway = try GatewayProcess.started(policy: Self.policy)
        #expect(
            try gateway.maxine("identity", "issue", "--service", "web", "--out", "web").status == 0)
        let shown = try gateway.maxine("ca", "show", "--json")
        let first = String(
            try #require(
                shown.output.firstMatch(
                    of: /"authority":"([0-9a-f]{40})","kind":"intermediate"/)?.1))
        let dry = try gateway.maxine("ca", "compromise", first, "--dry-run")
        #expect(dry.status == 0, "\(dry.error)")
        for text in ["svc/web", "live connections", "a new one"] {
            #expect(dry.output.contains(text), "\(text): \(dry.output)")
        }
        #expect(try gateway.maxine("ca", "compromise", first).status == 2, "nobody to ask")
        #expect(try states(gateway) == ["active"])
        let done = try gateway.maxine("ca", "compromise", first, "--yes")
        #expect(done.output.contains("svc/web"), "\(done.output) \(done.error)")
        let after = try gateway.maxine(
            "whoami", "--cert", "web/svid.pem", "--key", "web/svid.key", "--cacert",
            "web/bundle.pem")
        #expect(after.status == 4, "\(after.error)")
        #expect(gateway.stop() == 0)
        #expect(try gateway.maxine("operator", "create").status == 0)
        try gateway.start()
        #expect(try states(gateway) == ["revoked", "active"])
        #expect(gateway.stop() == 0)
    }

    /// The list of a root whose key is elsewhere, made as docs/operations.md tells it.
    @Test(.enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
    func aListThatWasMadeElsewhereIsInstalled() throws {
        let gateway = try GatewayProcess.started(policy: Self.policy)
        #expect(gateway.stop() == 0)
        #expect(try gateway.maxine("ca", "export-root-key", "--out", "root.key").status == 0)
        let made = try Shell.run(["sh", "-ec", Self.making], directory: gateway.folder)
        #expect(made.status == 0, "\(made.error)")
        let stopped = try gateway.maxine("ca", "install-crl", "root.crl", "--local")
        #expect(stopped.status == 0 && stopped.output.hasPrefix("listed: "), "\(stopped)")
        try gateway.start()
        let again = try gateway.maxine("ca", "install-crl", "root.crl")
        #expect(again.status == 1 && again.error.contains("greater"), "\(again.error)")
        let next = try Shell.run(["sh", "-ec", Self.next], directory: gateway.folder)
        #expect(next.status == 0, "\(next.error)")
        let running = try gateway.maxine("ca", "install-crl", "root.der")
        #expect(running.status == 0 && running.output == stopped.output, "\(running)")
        let shown = try gateway.maxine("ca", "show", "--json")
        #expect(shown.output.contains(#""crl":{"number":"#), "\(shown.output)")
        #expect(try gateway.maxine("ca", "show").output.contains("CRL ENDS"))
        for file in ["maxine.yaml", "nothing"] {
            let none = try gateway.maxine("ca", "install-crl", file)
            #expect(none.status == 2 && none.error.contains("no list"), "\(none.error)")
        }
        #expect(gateway.stop() == 0)
    }

    private static let making = """
        cp data/pki/root.pem root.pem
        printf '%s\\n' '[ca]' 'default_ca=d' '[d]' 'database=index' 'crlnumber=number' 'default_md=sha256' 'crl_extensions=x' '[x]' 'authorityKeyIdentifier=keyid' > crl.cnf
        touch index && printf '%016x\\n' "$(date +%s%3N)" > number
        openssl ca -config crl.cnf -cert root.pem -keyfile root.key -gencrl -crldays 90 -out root.crl
        """

    /// openssl has made its number one more.
    private static let next = """
        openssl ca -config crl.cnf -cert root.pem -keyfile root.key -gencrl -crldays 90 -out next.crl
        openssl crl -in next.crl -outform DER -out root.der
        """

    /// The operator's own certificate is of the authority that is revoked: the gateway's machine lets in again.
    @Test func nobodyIsLockedOutForGood() throws {
        let gateway = try GatewayProcess.started(policy: Self.policy)
        let rotated = try gateway.maxine("ca", "rotate", "--json")
        let old = try #require(rotated.output.firstMatch(of: /"old":\["([0-9a-f]{40})"\]/)?.1)
        _ = try gateway.maxine("ca", "revoke", String(old))
        #expect(try gateway.maxine("ca", "show").status != 0)
        let running = try gateway.maxine("operator", "create")
        #expect(running.status == 0, "while it runs: \(running.error)")
        #expect(try states(gateway) == ["revoked", "active"])
        #expect(gateway.stop() == 0)
        let made = try gateway.maxine("operator", "create")
        #expect(made.status == 0, "\(made.error)")
        #expect(made.output.contains("certs/operator.key"), "\(made.output)")
        #expect(try gateway.maxine("operator", "create", "--name", "a/b").status == 1)
        let second = try gateway.maxine("operator", "create", "--name", "alice", "--json")
        #expect(second.output.contains(#""operator":"alice""#), "\(second.output)")
        try gateway.start()
        #expect(try states(gateway) == ["revoked", "active"])
        let alice = try gateway.maxine(
            "whoami", "--cert", "certs/alice.pem", "--key", "certs/alice.key", "--cacert",
            "certs/bundle.pem")
        #expect(alice.output.contains("operator/alice"), "\(alice.error)")
        #expect(gateway.stop() == 0)
        #expect(try gateway.maxine("audit", "verify").status == 0)
    }

    @Test(.enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
    func aRootThatIsElsewhereSignsByAnExchangeOfFiles() throws {
        let gateway = try GatewayProcess.started(policy: Self.policy)
        let running = try gateway.maxine("ca", "export-root-key", "--out", "root-away.key")
        #expect(running.status == 1)
        #expect(running.error.contains("stop it first"), "\(running.error)")
        #expect(gateway.stop() == 0)
        let exported = try gateway.maxine("ca", "export-root-key", "--out", "root-away.key")
        #expect(exported.status == 0, "\(exported.error)")
        try gateway.start()
        let refused = try gateway.maxine("ca", "prepare")
        #expect(refused.status == 1)
        #expect(refused.error.contains("maxine ca csr"), "\(refused.error)")
        let request = try gateway.maxine("ca", "csr")
        #expect(request.status == 0, "\(request.error)")
        try request.output.write(
            to: gateway.folder.appending(path: "i.csr"), atomically: true, encoding: .utf8)
        try "authorityKeyIdentifier=keyid\n".write(
            to: gateway.folder.appending(path: "ext"), atomically: true, encoding: .utf8)
        let signed = try Shell.run(
            [
                "openssl", "x509", "-req", "-in", "i.csr", "-CA", "data/pki/root.pem", "-CAkey",
                "root-away.key", "-days", "365", "-copy_extensions", "copy", "-extfile", "ext",
                "-out", "i.pem",
            ], directory: gateway.folder)
        #expect(signed.status == 0, "\(signed.error)")
        let installed = try gateway.maxine("ca", "install", "i.pem")
        #expect(installed.status == 0, "\(installed.error)")
        #expect(try gateway.maxine("ca", "install", "i.pem").status == 1)
        #expect(try gateway.maxine("ca", "activate").status == 0)
        #expect(try states(gateway) == ["old", "active"])
        let issued = try gateway.maxine("identity", "issue", "--service", "web", "--out", "web")
        #expect(issued.status == 0, "\(issued.error)")
        let who = try gateway.maxine(
            "whoami", "--cert", "web/svid.pem", "--key", "web/svid.key", "--cacert",
            "web/bundle.pem")
        #expect(who.status == 0, "\(who.error)")
        #expect(gateway.stop() == 0)
        let verified = try gateway.maxine("audit", "verify")
        #expect(verified.status == 0, "\(verified.output)")
    }
}
