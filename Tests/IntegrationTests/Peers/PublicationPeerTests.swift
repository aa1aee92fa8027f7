import Foundation
import Support
import Testing

/// Other people's programs learn from the running binary what is revoked, and find no fault with anything that it signs.
@Suite(.serialized, .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct PublicationPeerTests {
    private let intermediate = "data/pki/intermediate.pem"

    private func start() throws -> GatewayProcess {
        let gateway = try GatewayProcess(
            configuration: "identity: { revocation_url: \"http://pki.example.org:8080\" }\n",
            listen: ", revocation: \"127.0.0.1:0\"")
        try gateway.start()
        for service in ["web", "api"] {
            let issued = try gateway.maxine(
                "identity", "issue", "--service", service, "--out", service)
            #expect(issued.status == 0, "\(issued.error)")
        }
        return gateway
    }

    @discardableResult
    private func shell(_ line: String, _ gateway: GatewayProcess) throws -> Shell.Result {
        try Shell.run(["sh", "-c", line], directory: gateway.folder, timeoutSeconds: 60)
    }

    private func keyID(_ file: String, _ gateway: GatewayProcess) throws -> String {
        let line = try shell(
            "openssl x509 -noout -ext subjectKeyIdentifier -in \(file) | tail -1", gateway
        ).output
        return line.filter(\.isHexDigit).lowercased()
    }

    /// What openssl makes of a leaf by the authority's list.
    private func byList(_ service: String, _ gateway: GatewayProcess) throws -> String {
        let keyID = try keyID(intermediate, gateway)
        let result = try shell(
            """
            curl -sS -f -o list.der \(gateway.revocationAddress)/crl/\(keyID).crl &&
            openssl crl -inform DER -in list.der -CAfile \(intermediate) -out list.pem &&
            openssl verify -crl_check -CAfile data/pki/root.pem -untrusted \(intermediate) \
                -CRLfile list.pem \(service)/svid.pem
            """, gateway)
        #expect(result.error.contains("verify OK"), "\(result.error)")
        return result.output + result.error
    }

    /// What openssl is told of a leaf.
    private func byAnswer(_ service: String, _ gateway: GatewayProcess) throws -> String {
        let result = try shell(
            """
            openssl ocsp -issuer \(intermediate) -cert \(service)/svid.pem -CAfile data/pki/root.pem \
                -url \(gateway.revocationAddress)/ocsp -respout \(service).ocsp
            """, gateway)
        #expect(result.error.contains("Response verify OK"), "\(result.error)")
        return result.output
    }

    @Test func aRevokedLeafIsShownAsRevokedWithinSeconds() throws {
        let gateway = try start()
        for service in ["web", "api"] {
            #expect(try byList(service, gateway).contains("\(service)/svid.pem: OK"))
            #expect(try byAnswer(service, gateway).contains("\(service)/svid.pem: good"))
        }
        let id = "spiffe://maxine.local/ns/default/dc/dc1/svc/web"
        let revoked = try gateway.maxine(
            "identity", "revoke", "--spiffe-id", id, "--reason", "keyCompromise: laptop stolen")
        #expect(revoked.status == 0, "\(revoked.error)")
        let begun = ContinuousClock.now
        var (list, answer) = ("", "")
        // It is signed anew within a second; the rest is for a busy machine.
        while ContinuousClock.now - begun < .seconds(5) {
            list = try byList("web", gateway)
            answer = try byAnswer("web", gateway)
            if list.contains("certificate revoked"), answer.contains("revoked") { break }
        }
        print("revoked for others after \(ContinuousClock.now - begun)")
        #expect(list.contains("certificate revoked"), "\(list)")
        #expect(answer.contains("web/svid.pem: revoked"), "\(answer)")
        #expect(answer.contains("Reason: keyCompromise"), "\(answer)")
        #expect(try byList("api", gateway).contains("api/svid.pem: OK"))
        #expect(try byAnswer("api", gateway).contains("api/svid.pem: good"))
        let refused = try gateway.maxine(as: "web", "whoami")
        #expect(refused.status == 4)
        #expect(
            refused.error.contains("expired") && refused.error.contains("been revoked"),
            "\(refused.error)")
        gateway.crash()
        try gateway.start()
        #expect(try byList("web", gateway).contains("certificate revoked"))
        #expect(try byAnswer("web", gateway).contains("web/svid.pem: revoked"))
        #expect(gateway.stop() == 0)
        #expect(try gateway.maxine("audit", "verify").status == 0)
    }

    /// The linter knows the schemes of the web only, so that each SPIFFE ID is malformed for it, and wants two labels in a DNS name, which
    /// RFC 1034 section 3.5 does not: `localhost`.
    private func isKnown(_ finding: Substring) -> Bool {
        finding.contains("pkix.invalid_uri_syntax (ERROR): Invalid URI syntax: \"spiffe://")
            || finding.contains("Invalid domain name syntax: \"localhost\"")
    }

    /// Everything that the gateway signs: each class of certificate, lists of root and intermediates, answers of each kind.
    private func mint(_ gateway: GatewayProcess) throws {
        let first = try keyID(intermediate, gateway)
        let above = try keyID("data/pki/root.pem", gateway)
        let id = "spiffe://maxine.local/ns/default/dc/dc1/svc/web"
        for arguments in [
            ["identity", "revoke", "--spiffe-id", id, "--reason", "superseded"],
            ["ca", "prepare", "--kind", "root", "--cross-sign"],
            ["ca", "activate", "--kind", "root", "--force"],
            ["identity", "issue", "--service", "late", "--out", "late"],
        ] {
            let done = try gateway.maxine(arguments)
            #expect(done.status == 0, "\(arguments): \(done.error)")
        }
        let forged = try gateway.intermediate.issue("forged", withChain: false)
        #expect(forged.certificate == "forged.pem")
        let done = try gateway.maxine("ca", "revoke", first)
        _ = done  // It is the operator's own authority, so that nobody hears the answer.
        // Once the revoked authority is on the list of its root, all else is ready, too.
        let wanted = try shell("openssl x509 -noout -serial -in \(intermediate)", gateway).output
            .dropFirst(7).prefix(32)
        let made = try shell(
            """
            for i in $(seq 50); do
                curl -sS -f -o above-list.der \(gateway.revocationAddress)/crl/\(above).crl
                openssl crl -inform DER -in above-list.der -noout -text | grep -q \(wanted) && break
                sleep 0.1
            done
            set -e
            curl -sS -f -o list.der \(gateway.revocationAddress)/crl/\(first).crl
            for name in above-list list; do openssl crl -inform DER -in $name.der -out $name.pem; done
            awk '/BEGIN/{n++} {print > ("late-" n ".pem")}' late/svid.pem
            awk '/BEGIN/{n++} {print > ("root-" n ".pem")}' late/bundle.pem
            openssl x509 -in certs/operator.pem -out operator.pem
            address=\(gateway.federationAddress.dropFirst(8))
            openssl s_client -connect $address </dev/null 2>/dev/null | openssl x509 -out server.pem
            for file in late/svid.pem web/svid.pem forged.pem; do
                issuer=late-2.pem; [ $file = late/svid.pem ] || issuer=\(intermediate)
                name=$(echo $file | tr -d / ); name=${name%.pem}
                openssl ocsp -no_nonce -issuer $issuer -cert $file -noverify \
                    -url \(gateway.revocationAddress)/ocsp -respout $name.ocsp >$name.said
            done
            openssl ocsp -respin latesvid.ocsp -noverify -resp_text | openssl x509 -out responder.pem
            """, gateway)
        #expect(made.status == 0, "\(made.error)")
    }

    @Test(.enabled(if: PythonPeers.areThere, "pkilint is not there: scripts/peers.sh installs it"))
    func pkilintFindsNoErrorInAnythingThatIsSigned() throws {
        let gateway = try start()
        try mint(gateway)
        let certificates = try shell(
            "ls late-*.pem root-*.pem operator.pem server.pem responder.pem data/pki/*.pem",
            gateway
        ).output.split(separator: "\n")
        #expect(certificates.count >= 11, "\(certificates)")
        for file in certificates {
            let lint = try shell("\(PythonPeers.bin)/lint_pkix_cert lint -s ERROR \(file)", gateway)
            let findings = lint.output.split(separator: "\n").filter {
                $0.contains("(ERROR)") || $0.contains("(FATAL)")
            }
            #expect(findings.filter { !isKnown($0) }.isEmpty, "\(file): \(lint.output)")
            #expect(lint.error.isEmpty, "\(file): \(lint.error)")
            #expect(findings.isEmpty == (file == "responder.pem"), "\(file): not looked at")
        }
        for line in [
            "lint_crl lint -s ERROR -p PKIX -t CRL list.pem",
            "lint_crl lint -s ERROR -p PKIX -t CRL above-list.pem",
            "lint_ocsp_response lint -s ERROR latesvid.ocsp",
            "lint_ocsp_response lint -s ERROR websvid.ocsp",
            "lint_ocsp_response lint -s ERROR forged.ocsp",
        ] {
            let lint = try shell("\(PythonPeers.bin)/\(line)", gateway)
            #expect(lint.status == 0, "\(line): \(lint.output)\(lint.error)")
        }
        #expect(gateway.stop() == 0)
    }
}
