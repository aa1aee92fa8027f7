import Auth
import Foundation
import Gateway
import SAMLSupport
import StrictJSON
import Support
import Testing

/// Signing off at a SAML provider ends sessions here (SAML Profiles section 4.4).
@Suite(.timeLimit(.minutes(10))) struct SAMLLogoutTests {
    private static let place = SAMLHouse.address + SAMLHouse.auth + "/slo"

    /// A request to sign somebody off, as the provider would make it but for what a test has otherwise; `{SIG}` is where a signature goes.
    private struct Asked {
        var id = "_l\(Int.random(in: 0..<1_000_000_000))"
        var destination: String? = place
        var issuer = SAMLHouse.entity
        var nameID = "a1b2@idp.example"
        var format = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
        var indexes = ["_s1"]
        var instant: Int64 = 0
        var end: Int64? = 300
        var version = "2.0"

        func text(_ gateway: InProcessGateway) -> String {
            let destination = destination.map { #"Destination="\#($0)""# } ?? ""
            let end = end.map { #"NotOnOrAfter="\#(SAMLHouse.time(gateway, $0))""# } ?? ""
            let indexes = indexes.map { "<samlp:SessionIndex>\($0)</samlp:SessionIndex>" }.joined()
            return """
                <samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="\(id)" Version="\(version)" IssueInstant="\(SAMLHouse.time(gateway, instant))" \(destination) \(end)><saml:Issuer>\(issuer)</saml:Issuer>{SIG}<saml:NameID Format="\(format)">\(nameID)</saml:NameID>\(indexes)</samlp:LogoutRequest>
                """
        }
    }

    /// What the log says of an answer.
    private func reason(_ gateway: InProcessGateway, _ answer: CurlAnswer) async throws -> String {
        try await gateway.outcome(of: answer)?["reason"]?.string ?? ""
    }

    private func unsigned(_ text: String) -> String { text.replacing("{SIG}", with: "") }

    private func goes(_ gateway: InProcessGateway, _ query: String) async throws -> CurlAnswer {
        try await gateway.browse(SAMLHouse.auth + "/slo?" + query)
    }

    /// By an address.
    private func send(
        _ gateway: InProcessGateway, _ house: SAMLHouse, _ asked: Asked = Asked(),
        relayState: String? = nil
    ) async throws -> CurlAnswer {
        try await goes(
            gateway,
            try house.signer.query(
                "SAMLRequest", unsigned(asked.text(gateway)), relayState: relayState))
    }

    @Test func theSessionDiesAtOnceAndWhatIsOpenByIt() async throws {
        let house = try SAMLHouse()
        let gateway = try house.gateway()
        let (one, two) = try await gateway.serving { gateway in
            let one = try await gateway.signOn(at: house)
            let two = try await gateway.signOn(at: house, index: "_s2")
            let open = try await OpenConnections.open(
                by: one.cookie, at: gateway.peopleAddress, of: gateway)
            let answer = try await send(gateway, house, relayState: "x y&z")
            #expect(answer.status == 303, "\(answer.body)")
            #expect(try await gateway.ask(one.cookie).status == 401)
            #expect(try await open.left(after: 1) == [])
            open.close()
            #expect(try await gateway.ask(two.cookie).status == 200)
            let end = try await gateway.awaitRecord { $0["action"]?.string == "session.end" }
            #expect(end?["reason"]?.string?.hasPrefix("saml_logged_out: ") == true)
            #expect(end?["detail"]?["provider"]?.string == "idp")
            return (one, two)
        }
        try await house.gateway(on: gateway).serving { gateway in
            #expect(try await gateway.ask(one.cookie).status == 401)
            // What is kept suffices to know the person again after a start.
            var all = Asked()
            all.indexes = []
            let answer = try await send(gateway, house, all)
            #expect(answer.status == 303)
            #expect(try await gateway.ask(two.cookie).status == 401)
        }
        let files = try FileManager.default.subpathsOfDirectory(atPath: gateway.left.path("data"))
        for file in files {
            let bytes = FileManager.default.contents(atPath: gateway.left.path("data/" + file))
            #expect(
                bytes?.range(of: Data("a1b2@idp".utf8)) == nil, "a NameID stands in \(file)")
        }
    }

    @Test func theAnswerIsSignedAndNamesTheRequest() async throws {
        let house = try SAMLHouse()
        try await house.gateway().serving { gateway in
            _ = try await gateway.signOn(at: house)
            var asked = Asked()
            asked.id = "_l1"
            let answer = try await send(gateway, house, asked, relayState: "x y&z")
            let place = answer.headers["location"] ?? ""
            #expect(place.hasPrefix(SAMLHouse.signOff + "?SAMLResponse="), "\(place)")
            let sent = SentMessage(answer, "SAMLResponse")
            #expect(sent.relayState == "x y&z")
            #expect(sent.attribute("InResponseTo") == "_l1")
            #expect(sent.attribute("Destination") == SAMLHouse.signOff)
            #expect(sent.attribute("Value").hasSuffix("status:Success"))
            #expect(
                sent.document.contains(
                    "\(SAMLHouse.address)\(SAMLHouse.auth)/metadata</saml:Issuer>"))
            #expect(try await isSignedByUs(place, house))
        }
    }

    /// Whether openssl finds our signature over the query's text.
    private func isSignedByUs(_ place: String, _ house: SAMLHouse) async throws -> Bool {
        let query = String(place.split(separator: "?", maxSplits: 1).last ?? "")
        let parts = query.components(separatedBy: "&Signature=")
        let signature = Data(base64Encoded: parts.last?.removingPercentEncoding ?? "") ?? Data()
        try house.folder.write(parts.first ?? "", to: "signed")
        try signature.write(to: house.folder.url.appending(path: "signature"))
        let extracted = try await Shell.run(aside: [
            "openssl", "x509", "-in", house.keys.path("own.pem"), "-pubkey", "-noout",
        ])
        try house.folder.write(extracted.output, to: "public")
        let verified = try await Shell.run(aside: [
            "openssl", "dgst", "-sha256", "-verify", house.folder.path("public"), "-signature",
            house.folder.path("signature"), house.folder.path("signed"),
        ])
        return verified.output.contains("Verified OK")
    }

    @Test func aFormIsTakenAsWell() async throws {
        let house = try SAMLHouse()
        try await house.gateway().serving { gateway in
            let opened = try await gateway.signOn(at: house)
            let answer = try await gateway.postSAML(
                "slo", "SAMLRequest", try house.signer.sign(Asked().text(gateway)))
            #expect(answer.status == 303, "\(answer.body)")
            #expect(SentMessage(answer, "SAMLResponse").relayState.isEmpty)
            #expect(try await gateway.ask(opened.cookie).status == 401)
        }
    }

    @Test func whatIsNoGoodEndsNothing() async throws {
        let house = try SAMLHouse()
        try await house.gateway().serving { gateway in
            let opened = try await gateway.signOn(at: house)
            let other = try house.keys.signer("other")
            let change = { (bend: (inout Asked) -> Void) in
                var asked = Asked()
                bend(&asked)
                return unsigned(asked.text(gateway))
            }
            let signed = { (text: String) in try house.signer.query("SAMLRequest", text) }
            let good = try signed(change { _ in })
            let cases: [(String, String)] = [
                (XMLSigner.bare("SAMLRequest", change { _ in }), "saml_signature"),
                (try other.query("SAMLRequest", change { _ in }), "saml_signature"),
                (good.replacing("&Signature=", with: "&Signatur="), "saml_signature"),
                (good + "&RelayState=x", "saml_signature"),
                // For another user, by a signature that was over this one's request.
                (
                    XMLSigner.bare("SAMLRequest", change { $0.nameID = "bob@idp.example" })
                        + good.drop { $0 != "&" }, "saml_signature"
                ),
                (
                    try house.signer.query(
                        "SAMLRequest", change { _ in },
                        algorithm: "http://www.w3.org/2000/09/xmldsig#rsa-sha1"), "saml_algorithm"
                ),
                (
                    try signed(change { $0.destination = "https://evil.example/slo" }),
                    "saml_mismatch"
                ),
                (try signed(change { $0.destination = nil }), "saml_mismatch"),
                (try signed(change { $0.issuer = "https://evil.example" }), "saml_mismatch"),
                (try signed(change { $0.instant = -400 }), "saml_time"),
                (try signed(change { $0.instant = 100 }), "saml_time"),
                (try signed(change { $0.end = -61 }), "saml_time"),
                (try signed(change { $0.version = "1.1" }), "saml_structure"),
                (try signed("<x/>"), "saml_structure"),
                (
                    try signed(
                        change { _ in }.replacing("LogoutRequest", with: "LogoutResponse")),
                    "saml_structure"
                ),
            ]
            for (query, why) in cases {
                let answer = try await goes(gateway, query)
                #expect(answer.status == 403, "\(why) \(query): \(answer.body)")
                #expect(try await reason(gateway, answer).contains(why), "\(why)")
                #expect(try await gateway.ask(opened.cookie).status == 200, "\(why)")
            }
            for (form, why) in [
                (change { _ in }, "saml_signature"),
                (try other.sign(Asked().text(gateway)), "saml_signature"),
                (
                    try house.signer.sign(Asked().text(gateway)).replacing(
                        "a1b2@", with: "b1b2@"), "saml_signature"
                ),
            ] {
                let answer = try await gateway.postSAML("slo", "SAMLRequest", form)
                #expect(answer.status == 403, "\(answer.body)")
                #expect(try await reason(gateway, answer).contains(why), "\(why)")
            }
            #expect(try await gateway.ask(opened.cookie).status == 200)
        }
    }

    /// 400 for what is no message at all, in bounded time and memory.
    @Test func whatIsNoMessageIsRefused() async throws {
        let house = try SAMLHouse()
        try await house.gateway().serving { gateway in
            let opened = try await gateway.signOn(at: house)
            let bomb = try await Shell.run(aside: [
                "python3", "-c",
                "import zlib,base64,urllib.parse as u; c=zlib.compressobj(9,8,-15); print(u.quote(base64.b64encode(c.compress(b' '*5_000_000)+c.flush()),safe=''),end='')",
            ]).output
            for (query, why) in [
                ("SAMLRequest=" + bomb, "saml_xml_too_large"), ("SAMLRequest=AAAA", "saml_deflate"),
                ("SAMLRequest=%21", "saml_base64"),
                (XMLSigner.bare("SAMLRequest", "<!DOCTYPE x><x/>"), "saml_xml_forbidden"),
                (XMLSigner.bare("SAMLRequest", "<x"), "saml_xml_malformed"),
            ] {
                let answer = try await goes(gateway, query)
                #expect(answer.status == 400, "\(why): \(answer.body)")
                #expect(try await reason(gateway, answer).contains(why), "\(why)")
            }
            for query in ["", "x=y", "SAMLRequest=A&SAMLRequest=B"] {
                let status = try await goes(gateway, query).status
                #expect(status == 400 || status == 403, "\(query): \(status)")
            }
            let long = String(repeating: "x", count: 40_000)
            #expect(try await gateway.postSAML("slo", "SAMLRequest", long).status == 400)
            #expect(try await gateway.ask(opened.cookie).status == 200)
        }
    }

    @Test func aRequestIsGoodOnce() async throws {
        let house = try SAMLHouse()
        try await house.gateway().serving { gateway in
            _ = try await gateway.signOn(at: house)
            let asked = Asked()
            #expect(try await send(gateway, house, asked).status == 303)
            let opened = try await gateway.signOn(at: house)
            let again = try await send(gateway, house, asked)
            #expect(again.status == 403)
            #expect(try await reason(gateway, again).contains("saml_replayed"))
            #expect(try await gateway.ask(opened.cookie).status == 200)
        }
    }

    /// The provider names somebody who has no session here: it hears so, and signs them off elsewhere.
    @Test func whoIsNotHereIsUnknown() async throws {
        let house = try SAMLHouse()
        try await house.gateway().serving { gateway in
            let opened = try await gateway.signOn(at: house)
            let bends: [(inout Asked) -> Void] = [
                { $0.nameID = "bob@idp.example" }, { $0.indexes = ["_s9"] },
                { $0.format = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress" },
            ]
            for bend in bends {
                var asked = Asked()
                bend(&asked)
                let answer = try await send(gateway, house, asked)
                let sent = SentMessage(answer, "SAMLResponse")
                #expect(answer.status == 303 && sent.document.contains("status:UnknownPrincipal"))
                #expect(try await gateway.ask(opened.cookie).status == 200)
            }
        }
    }
}
