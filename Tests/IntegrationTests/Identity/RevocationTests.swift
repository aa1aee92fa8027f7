import Foundation
import StrictJSON
import Testing

/// Taint, revocation and compromise on a running gateway: what ends, what is refused, what outsiders can check.
@Suite(.serialized, .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct RevocationTests {
    private let request = "GET /api/maxine/services/web HTTP/1.1\r\nhost: localhost\r\n\r\n"

    private func started() throws -> GatewayProcess {
        let gateway = try GatewayProcess()
        try gateway.start()
        try gateway.issue("web")
        return gateway
    }

    private let web = CertificateFiles(certificate: "web/svid.pem", key: "web/svid.key")

    private func serial(_ file: String, _ gateway: GatewayProcess) throws -> String {
        let result = try Shell.run(
            ["openssl", "x509", "-noout", "-serial", "-in", file], directory: gateway.folder)
        return String(result.output.dropFirst("serial=".count)).trimmingCharacters(in: .newlines)
            .lowercased()
    }

    private func authorities(_ gateway: GatewayProcess) throws -> [JSONValue] {
        let result = try gateway.maxine("ca", "show", "--json")
        let value = try StrictJSON.parse(Array(result.output.utf8))
        guard case .array(let list)? = value["authorities"] else { return [] }
        return list
    }

    private func active(_ kind: String, _ gateway: GatewayProcess) throws -> String {
        try #require(
            authorities(gateway).first {
                $0["kind"]?.string == kind && $0["state"]?.string == "active"
            }?["authority"]?.string)
    }

    @Test(arguments: ["serial", "taint", "compromise"])
    func endsLiveConnectionsAndRefusesResumedSessions(_ how: String) throws {
        let gateway = try started()
        let live = try TLSPipe(gateway, as: web, options: ["-sess_out", "session.pem"])
        live.send(request)
        #expect(live.answer().hasPrefix("HTTP/1.1 200 "), "\(live.complaints)")
        let resumed = try TLSPipe(gateway, as: web, options: ["-sess_in", "session.pem"])
        resumed.send(request)
        #expect(resumed.answer().hasPrefix("HTTP/1.1 200 "), "a good session resumes")
        let old = try active("intermediate", gateway)
        let begun = Date()
        let result: Shell.Result
        switch how {
        case "serial":
            result = try gateway.maxine("ca", "revoke", "--serial", serial("web/svid.pem", gateway))
        case "taint":
            #expect(try gateway.maxine("ca", "taint", old).status == 1, "the active one stays")
            #expect(try gateway.maxine("ca", "rotate").status == 0)
            result = try gateway.maxine("ca", "taint", old)
        default: result = try gateway.maxine("ca", "compromise", old, "--yes")
        }
        #expect(result.status == 0, "\(result.output)\(result.error)")
        #expect(live.waitForClose() && resumed.waitForClose())
        print(
            "\(how): last old connection closed \(Date().timeIntervalSince(begun)) s after the command"
        )
        let code = how == "serial" ? "revoked" : "tainted"
        for options in [["-sess_in", "session.pem"], []] {
            let late = try TLSPipe(gateway, as: web, options: options)
            late.send(request)
            #expect(late.waitForClose() && late.received.isEmpty, "\(options)")
        }
        let record = try gateway.awaitRecord {
            $0["action"]?.string == "tls.handshake"
                && $0["reason"]?.string?.hasPrefix("\(code):") ?? false
        }
        #expect(record != nil, "\(code)")
        let outcome = try gateway.awaitRecord {
            $0["type"]?.string == "outcome" && $0["action"]?.string?.hasPrefix("ca.") ?? false
        }
        #expect(outcome?["status"]?.integer == 200)
        #expect(gateway.stop() == 0)
    }

    @Test func aRestoredBackupUnrevokesNothing() throws {
        let gateway = try started()
        gateway.stop()
        let pki = gateway.folder.appending(path: "data/pki")
        let backup = gateway.folder.appending(path: "backup")
        try FileManager.default.copyItem(at: pki, to: backup)
        try gateway.start()
        let gone = try serial("web/svid.pem", gateway)
        #expect(try gateway.maxine("ca", "revoke", "--serial", gone).status == 0)
        gateway.stop()
        try FileManager.default.removeItem(at: pki)
        try FileManager.default.copyItem(at: backup, to: pki)
        try gateway.start()
        #expect(gateway.logText().contains("the log knows of revocations"))
        let late = try TLSPipe(gateway, as: web)
        late.send(request)
        #expect(late.waitForClose() && late.received.isEmpty)
        #expect(gateway.stop() == 0)
    }

    @Test func showsTheBlastRadiusAndDoesNothing() throws {
        let gateway = try started()
        let old = try active("intermediate", gateway)
        let live = try TLSPipe(gateway, as: web)
        live.send(request)
        #expect(live.answer().hasPrefix("HTTP/1.1 200 "))
        let dry = try gateway.maxine("ca", "compromise", old)
        #expect(dry.status == 0, "\(dry.error)")
        #expect(dry.output.contains("spiffe://maxine.local/ns/default/dc/dc1/svc/web"))
        #expect(dry.error.contains("--yes"))
        #expect(try active("intermediate", gateway) == old)
        #expect(!live.isClosed)
        let refused = try gateway.curl(
            "POST", "/api/maxine/ca/rotate", body: #"{"kind":"root"}"#, as: "web")
        #expect(refused.status == 403, "only those who may")
        for (body, status) in [
            ("{}", 400), (#"{"kind":"leaf"}"#, 422), (#"{"kind":"root","x":1}"#, 400), ("", 400),
            (#"{"kind":1}"#, 400), (#"{"kind":"root","force":1}"#, 400),
        ] {
            let answer = try gateway.curl("POST", "/api/maxine/ca/rotate", body: body)
            #expect(answer.status == status, "\(body): \(answer.body)")
        }
        #expect(gateway.stop() == 0)
    }

    @Test func opensslReadsTheRevocationListAndTheOCSPResponse() throws {
        let gateway = try started()
        try gateway.issue("api")
        let old = try active("intermediate", gateway)
        let gone = try serial("web/svid.pem", gateway)
        #expect(try gateway.maxine("ca", "revoke", "--serial", gone).status == 0)
        try split(gateway)
        try run(
            gateway,
            "curl -sS --cacert certs/bundle.pem \(gateway.federationAddress)/crl/\(old).crl -o list.crl"
        )
        let list = try run(
            gateway, "openssl crl -inform DER -in list.crl -noout -text -CAfile issuer.pem")
        #expect(list.error.contains("verify OK"), "\(list.error)")
        #expect(list.output.lowercased().contains(gone))
        for (name, word) in [("web", "revoked"), ("api", "good")] {
            let hash = name == "web" ? "-sha256" : "-sha1"
            try run(
                gateway,
                "openssl ocsp \(hash) -issuer issuer.pem -cert \(name)/leaf.pem -reqout ask.der -no_nonce"
            )
            try run(
                gateway,
                "curl -sS --cacert certs/bundle.pem --data-binary @ask.der -H 'content-type: application/ocsp-request' \(gateway.federationAddress)/ocsp -o \(name).ocsp"
            )
            let status = try run(
                gateway,
                "openssl ocsp \(hash) -issuer issuer.pem -cert \(name)/leaf.pem -respin \(name).ocsp -CAfile certs/bundle.pem -verify_other issuer.pem -trust_other"
            )
            #expect(
                status.output.contains("\(name)/leaf.pem: \(word)"),
                "\(status.output) \(status.error)")
            #expect(status.error.contains("Response verify OK"), "\(status.error)")
        }
        let bad = try gateway.curl(
            anonymously: "POST", gateway.federationAddress + "/ocsp", body: "x",
            options: ["-o", "bad.ocsp"])
        _ = bad
        let text = try run(gateway, "openssl ocsp -respin bad.ocsp -resp_text -noverify")
        #expect((text.output + text.error).lowercased().contains("malformed"), "\(text)")
        #expect(gateway.stop() == 0)
    }

    @Test(.enabled(if: PythonPeers.program("lint_pkix_cert") != nil, "needs PyPI's pkilint"))
    func pkilintFindsNoErrorInAnythingThatIsMinted() throws {
        let gateway = try started()
        try gateway.issue("api")
        let old = try active("intermediate", gateway)
        for kind in ["intermediate", "root"] {
            #expect(try gateway.maxine("ca", "prepare", "--kind", kind, "--cross-sign").status == 0)
        }
        #expect(
            try gateway.maxine("ca", "revoke", "--serial", serial("web/svid.pem", gateway)).status
                == 0)
        #expect(try gateway.maxine("ca", "activate", "--kind", "root", "--force").status == 0)
        try gateway.issue("late")
        try split(gateway)
        try run(
            gateway,
            "curl -sS --cacert certs/bundle.pem \(gateway.federationAddress)/crl/\(old) -o list.crl"
        )
        try run(
            gateway, "openssl ocsp -sha256 -issuer issuer.pem -cert web/leaf.pem -reqout ask.der")
        try run(
            gateway,
            "curl -sS --cacert certs/bundle.pem --data-binary @ask.der \(gateway.federationAddress)/ocsp -o web.ocsp"
        )
        try run(
            gateway,
            "openssl x509 -in certs/operator.pem -out operator-leaf.pem; awk '/BEGIN/{n++} {print > (\"late/chain-\" n \".pem\")}' late/svid.pem; awk '/BEGIN/{n++} {print > (\"certs/root-\" n \".pem\")}' late/bundle.pem"
        )
        try run(
            gateway,
            "openssl s_client -connect \(gateway.federationAddress.dropFirst(8)) </dev/null | openssl x509 -out server.pem"
        )
        let certificates = try run(
            gateway,
            "ls late/chain-*.pem certs/root-*.pem operator-leaf.pem server.pem data/pki/root.pem data/pki/intermediate.pem"
        )
        .output.split(separator: "\n")
        #expect(certificates.count >= 8, "\(certificates)")
        let bin = PythonPeers.folder + "/bin"
        for file in certificates {
            let lint = try run(gateway, "\(bin)/lint_pkix_cert lint -s ERROR \(file)")
            // The linter knows the web's URI schemes only and calls every SPIFFE ID malformed, and it wants two
            // labels in a DNS name, which RFC 1034 section 3.5 does not: `localhost`. No other finding is taken.
            let findings = lint.output.split(separator: "\n").filter {
                $0.contains("(ERROR)") || $0.contains("(FATAL)")
            }
            let unexpected = findings.filter {
                !$0.contains("pkix.invalid_uri_syntax (ERROR): Invalid URI syntax: \"spiffe://")
                    && !$0.contains("Invalid domain name syntax: \"localhost\"")
            }
            #expect(
                unexpected.isEmpty && lint.error.isEmpty, "\(file): \(lint.output)\(lint.error)")
            #expect(!findings.isEmpty, "\(file): the linter looked at the SPIFFE ID")
        }
        try run(gateway, "openssl crl -inform DER -in list.crl -out list.pem")
        for line in [
            "lint_crl lint -s ERROR -p PKIX -t CRL list.pem",
            "lint_ocsp_response lint -s ERROR web.ocsp",
        ] {
            let lint = try run(gateway, "\(bin)/\(line)")
            #expect(lint.status == 0, "\(line): \(lint.output)\(lint.error)")
        }
        #expect(gateway.stop() == 0)
    }

    /// The leaves of `web` and `api`, and the issuer that they came with, each in a file.
    private func split(_ gateway: GatewayProcess) throws {
        try run(
            gateway,
            "for n in web api; do openssl x509 -in $n/svid.pem -out $n/leaf.pem; done; cp data/pki/intermediate.pem issuer.pem"
        )
    }

    @discardableResult
    private func run(_ gateway: GatewayProcess, _ line: String) throws -> Shell.Result {
        try Shell.run(["sh", "-c", line], directory: gateway.folder, timeoutSeconds: 60)
    }
}
