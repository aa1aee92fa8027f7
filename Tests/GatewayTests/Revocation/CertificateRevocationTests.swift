import Gateway
import StrictJSON
import Support
import Testing

/// A revoked certificate is worth nothing from then on, and what is open by it is closed at once.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct CertificateRevocationTests {
    @Test(arguments: ["serial", "identity"])
    func whatIsOpenIsClosedAndNothingNewIsLetIn(by: String) async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            try await gateway.issue("api")
            let pipe = try await gateway.connect(.issued("web"))
            let other = try await gateway.connect(.issued("api"))
            let serial = try await gateway.serial(of: "web/svid.pem")
            let what =
                by == "serial"
                ? #""serial":"\#(serial)""# : #""spiffeId":"\#(InProcessGateway.spiffeID("web"))""#
            let revoked = try await gateway.revoke(what)
            #expect(revoked.status == 200, "\(revoked.body)")
            #expect(revoked.body.contains(#""endedConnections":1"#), "\(revoked.body)")
            #expect(try await Shell.aside { pipe.waitForClose(seconds: 1) })
            #expect(try await gateway.answer(to: .issued("web")) == "")
            let record = try await gateway.awaitRecord { $0["action"]?.string == "tls.handshake" }
            #expect(record?["reason"]?.string?.hasPrefix("revoked: ") == true, "\(record ?? .null)")
            let others = try await Shell.aside {
                other.send(TLSPipe.statusRequest)
                return other.answer()
            }
            #expect(others.hasPrefix("HTTP/1.1 403"), "others go on: \(others)")
            // A new one of the same identity is as good as any.
            try await gateway.issue("web")
            #expect(try await gateway.answer(to: .issued("web")).hasPrefix("HTTP/1.1 403"))
        }
    }

    /// It would be forgotten long before the authority ends, and of the one that signs all would be out.
    @Test(arguments: ["data/pki/intermediate.pem", "data/pki/root.pem"])
    func anAuthorityIsNotRevokedByItsSerialNumber(file: String) async throws {
        try await InProcessGateway().serving { gateway in
            let serial = try await gateway.serial(of: file)
            let root = try await gateway.keyID(of: "data/pki/root.pem")
            for more in ["", #","authority":"\#(root)""#] {
                let refused = try await gateway.revoke(#""serial":"\#(serial)"\#(more)"#)
                #expect(refused.status == 409, "\(refused.body)")
                #expect(refused.body.contains("authoritys-own"), "\(refused.body)")
            }
            let foreign = try await gateway.revoke(
                #""serial":"\#(serial)","authority":"00112233445566778899aabbccddeeff00112233""#)
            #expect(foreign.status == 200, "\(foreign.body)")
            #expect(
                try await gateway.answer(to: .ofOperator("operator")).hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func theLogSaysWhoRevokedWhatAndWhy() async throws {
        try await InProcessGateway().serving { gateway in
            let answer = try await gateway.revoke(#""serial":"00:4F:0A""#, why: "key copied")
            #expect(answer.status == 200, "\(answer.body)")
            let id = try StrictJSON.parse(Array(answer.body.utf8))["id"]?.string
            let intent = try #require(
                try gateway.journal().last {
                    $0["type"]?.string == "intent" && $0["action"]?.string == "ca.revoke"
                })
            #expect(intent["resource"]?["id"]?.string == id)
            #expect(intent["detail"]?["revoked"]?["serial"]?.string == "4f0a")
            #expect(intent["detail"]?["revoked"]?["why"]?.string == "key copied")
            #expect(intent["principal"]?["id"]?.string?.hasSuffix("/operator/operator") == true)
        }
    }

    @Test func anIdentityThatIsBlockedGetsNoCertificateUntilItIsAllowedAgain() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            let id = #""spiffeId":"\#(InProcessGateway.spiffeID("web"))""#
            #expect(try await gateway.revoke(id + #","issuance":"blocked""#).status == 200)
            #expect(try await gateway.answer(to: .issued("web")) == "")
            await #expect(throws: TestFault.self) { try await gateway.issue("web") }
            let record = try await gateway.awaitRecord {
                $0["action"]?.string == "identity.issue" && $0["status"]?.integer == 422
            }
            #expect(record?["reason"]?.string?.contains("it is revoked") == true)
            #expect(try await gateway.revoke(id + #","issuance":"allowed""#).status == 200)
            #expect(try await gateway.answer(to: .issued("web")) == "", "the old one stays revoked")
            try await gateway.issue("web")
            #expect(try await gateway.answer(to: .issued("web")).hasPrefix("HTTP/1.1 403"))
        }
    }

    @Test func aResumedSessionOfARevokedPeerIsRefused() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            _ = try await gateway.connect(.issued("web"), ["-sess_out", "web.session"])
            let again = try await gateway.answer(to: .issued("web"), ["-sess_in", "web.session"])
            #expect(again.hasPrefix("HTTP/1.1 403"))
            let accepted = try gateway.journal().last { $0["action"]?.string == "system.read" }
            #expect(accepted?["client"]?["resumed"] == .bool(true), "the session was not resumed")
            let serial = try await gateway.serial(of: "web/svid.pem")
            #expect(try await gateway.revoke(#""serial":"\#(serial)""#).status == 200)
            let refused = try await gateway.answer(to: .issued("web"), ["-sess_in", "web.session"])
            #expect(refused == "")
        }
    }

    @Test func whatWouldLockEverybodyOutIsNotBegun() async throws {
        try await InProcessGateway().serving { gateway in
            let signs = try await gateway.keyID(of: "data/pki/intermediate.pem")
            let root = try await gateway.keyID(of: "data/pki/root.pem")
            let own = "spiffe://maxine.local/operator/operator"
            for (what, code) in [
                (#""authority":"\#(signs)""#, "authority-signs"),
                (#""authority":"\#(root)""#, "authority-is-root"),
                (#""spiffeId":"\#(own)","issuance":"blocked""#, "own-identity"),
                (
                    #""spiffeId":"spiffe://maxine.local/ns/maxine/dc/dc1/svc/maxine""#,
                    "registrys-own"
                ),
            ] {
                let answer = try await gateway.revoke(what)
                #expect(answer.status == 409, "\(what): \(answer.body)")
                #expect(answer.body.contains(code), "\(answer.body)")
            }
            let intents = try gateway.journal().filter {
                $0["type"]?.string == "intent" && $0["action"]?.string == "ca.revoke"
            }
            #expect(intents.isEmpty)
            let answer = try await gateway.revoke(#""authority":"aa:bb""#)
            #expect(answer.status == 200, "\(answer.body)")
        }
    }

    @Test func whatIsOpenBelowARevokedAuthorityIsClosed() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            let pipe = try await gateway.connect(.issued("web"))
            let old = try await gateway.keyID(of: "data/pki/intermediate.pem")
            #expect(try await gateway.curl("POST", "/api/maxine/ca/rotate").status == 200)
            // The operator's own certificate is of that authority.
            _ = try? await gateway.curl(
                "POST", "/api/maxine/ca/revoke", body: #"{"authority":"\#(old)"}"#)
            #expect(try await Shell.aside { pipe.waitForClose() })
        }
    }

    @Test(arguments: ["serial", "identity", "authority"])
    func aSessionEndsWithTheCertificateThatOpenedIt(by: String) async throws {
        let house = try SessionFixture()
        try await house.gateway().serving { gateway in
            let login = "/api/maxine/auth/login"
            let opened = try await gateway.curl("POST", login, body: #"{"cookie":false}"#)
            let secret = try #require(
                try StrictJSON.parse(Array(opened.body.utf8))["session"]?.string)
            let token = "authorization: Bearer \(secret)"
            let who = "/api/maxine/auth/whoami"
            let before = try await gateway.curl(
                "GET", who, headers: [token], at: gateway.peopleAddress)
            #expect(before.status == 200, "\(before.body)")
            let pipe = try await Shell.aside {
                let pipe = try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
                pipe.send("GET \(who) HTTP/1.1\r\nhost: localhost\r\n\(token)\r\n\r\n")
                #expect(pipe.answer().hasPrefix("HTTP/1.1 200"), "\(pipe.complaints)")
                return pipe
            }
            let serial = try await gateway.serial(of: "certs/operator.pem")
            let old = try await gateway.keyID(of: "data/pki/intermediate.pem")
            if by == "authority" {
                #expect(try await gateway.curl("POST", "/api/maxine/ca/rotate").status == 200)
            }
            // It cuts the very connection that it is asked on, so nobody hears the answer.
            _ = try? await gateway.revoke(
                by == "serial"
                    ? #""serial":"\#(serial)""#
                    : by == "identity"
                        ? #""spiffeId":"spiffe://maxine.local/operator/operator""#
                        : #""authority":"\#(old)""#)
            #expect(try await Shell.aside { pipe.waitForClose() }, "what is open by it")
            let after = try await gateway.curl(
                "GET", who, headers: [token], at: gateway.peopleAddress)
            #expect(after.status == 401, "\(after.body)")
            let record = try await gateway.awaitRecord {
                $0["reason"]?.string?.contains("session_revoked") == true
            }
            #expect(record != nil)
        }
    }

    private static let badBodies = [
        (#"{"reason":"x"}"#, 400, "expected one of"),
        (#"{"serial":"4f","spiffeId":"spiffe://a/b","reason":"x"}"#, 400, "expected one of"),
        (#"{"serial":"4","reason":"x"}"#, 422, "$.serial: expected 1 to 20 bytes"),
        (#"{"serial":"zz","reason":"x"}"#, 422, "$.serial"),
        (#"{"serial":"0000","reason":"x"}"#, 422, "no certificate has the number 0"),
        (#"{"serial":"4f"}"#, 400, "$.reason"),
        (#"{"serial":"4f","issuance":"blocked","reason":"x"}"#, 400, "$.issuance"),
        (#"{"spiffeId":"spiffe://a","reason":"x"}"#, 422, "$.spiffeId"),
        (#"{"spiffeId":"spiffe://a/b","issuance":"no","reason":"x"}"#, 400, "$.issuance"),
        (#"{"authority":7,"reason":"x"}"#, 400, "$.authority"),
        (#"{"serial":"4f","reason":"x","why":"y"}"#, 400, "$.why: unknown member"),
    ]

    @Test func aBadBodyIsToldWhereItsFaultIs() async throws {
        try await InProcessGateway().serving { gateway in
            for (body, status, says) in Self.badBodies {
                let answer = try await gateway.curl("POST", InProcessGateway.revoke, body: body)
                #expect(answer.status == status, "\(answer.body)")
                #expect(answer.body.contains(says), "\(answer.body)")
            }
        }
    }
}
