import Auth
import Foundation
import Gateway
import SAMLSupport
import StrictJSON
import Support
import Testing

/// Signing off here takes the browser to its SAML provider, to sign off there as well (SAML Profiles section 4.4).
@Suite(.timeLimit(.minutes(10))) struct SAMLSignOffTests {
    /// The provider's answer to a request; `{SIG}` is where a signature goes.
    private static func answer(
        _ gateway: InProcessGateway, to request: String, issuer: String = SAMLHouse.entity,
        destination: String = SAMLHouse.address + SAMLHouse.auth + "/slo", instant: Int64 = 0,
        status: String = "Success"
    ) -> String {
        """
        <samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_o\(request)" Version="2.0" IssueInstant="\(SAMLHouse.time(gateway, instant))" Destination="\(destination)" InResponseTo="\(request)"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">\(issuer)</saml:Issuer>{SIG}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:\(status)"/></samlp:Status></samlp:LogoutResponse>
        """
    }

    private func comesBack(
        _ gateway: InProcessGateway, _ query: String, _ cookies: [String]
    ) async throws -> CurlAnswer {
        try await gateway.browse(SAMLHouse.auth + "/slo?" + query, cookies)
    }

    /// Signs somebody on and off again.
    private func signedOff(
        _ gateway: InProcessGateway, _ house: SAMLHouse
    ) async throws -> SentMessage {
        let opened = try await gateway.signOn(at: house)
        let off = try await gateway.post("logout", headers: [opened.cookie, gateway.origin])
        #expect(off.status == 200, "\(off.body)")
        #expect(try await gateway.ask(opened.cookie).status == 401)
        return SentMessage(
            off, at: try StrictJSON.parse(Array(off.body.utf8))["next"]?.string ?? "")
    }

    @Test func theBrowserTakesASignedRequestAlong() async throws {
        let house = try SAMLHouse()
        try await house.gateway().serving { gateway in
            let sent = try await signedOff(gateway, house)
            #expect(sent.document.hasPrefix("<samlp:LogoutRequest "), "\(sent.document)")
            #expect(sent.attribute("Destination") == SAMLHouse.signOff)
            #expect(sent.attribute("SPNameQualifier") == "us")
            #expect(sent.document.contains(">a1b2@idp.example</saml:NameID>"))
            #expect(sent.document.contains("<samlp:SessionIndex>_s1</samlp:SessionIndex>"))
            let query = try house.signer.query(
                "SAMLResponse", Self.answer(gateway, to: sent.id).replacing("{SIG}", with: ""),
                relayState: sent.relayState)
            let back = try await comesBack(gateway, query, [sent.cookie])
            #expect(back.status == 303 && back.headers["location"] == "/", "\(back.body)")
            #expect(back.cookies.first?.hasSuffix("Max-Age=0") == true)
            let again = try await comesBack(gateway, query, [sent.cookie])
            #expect(again.status == 400, "it is good once: \(again.body)")
            #expect(try !gateway.records().joined().contains("a1b2"))
        }
    }

    @Test func thePageLeadsThere() async throws {
        let house = try SAMLHouse()
        try await house.gateway().serving { gateway in
            let opened = try await gateway.signOn(at: house)
            let off = try await gateway.curl(
                "POST", "/sign-off", body: "", headers: [opened.cookie, gateway.origin],
                at: gateway.peopleAddress)
            #expect(off.status == 200, "\(off.body)")
            #expect(
                off.body.contains(
                    #"<meta http-equiv="refresh" content="0; url=\#(SAMLHouse.signOff)?SAMLRequest="#
                ))
            #expect(off.body.contains(#"<a class="button" href="\#(SAMLHouse.signOff)?"#))
            #expect(!off.body.contains("<script"))
            #expect(off.cookies.count == 2 && off.cookies[0].hasPrefix("__Host-maxine=;"))
            #expect(off.cookies[1].contains("SameSite=None"))
        }
    }

    @Test func answersOfOthersAreRefused() async throws {
        let house = try SAMLHouse()
        try await house.gateway().serving { gateway in
            let other = try house.keys.signer("other")
            for (signer, text, status) in [
                (house.signer, { @Sendable id in Self.answer(gateway, to: id) }, 303),
                (
                    house.signer,
                    { @Sendable id in Self.answer(gateway, to: id, status: "Responder") }, 303
                ),
                (other, { @Sendable id in Self.answer(gateway, to: id) }, 403),
                (house.signer, { @Sendable _ in Self.answer(gateway, to: "_other") }, 403),
                (
                    house.signer,
                    { @Sendable id in Self.answer(gateway, to: id, issuer: "https://evil") }, 403
                ),
                (
                    house.signer,
                    { @Sendable id in Self.answer(gateway, to: id, destination: "https://evil") },
                    403
                ),
                (
                    house.signer, { @Sendable id in Self.answer(gateway, to: id, instant: -400) },
                    403
                ),
            ] as [(XMLSigner, @Sendable (String) -> String, Int)] {
                let sent = try await signedOff(gateway, house)
                let document = text(sent.id).replacing("{SIG}", with: "")
                let query = try signer.query(
                    "SAMLResponse", document, relayState: sent.relayState)
                let stranger = try await comesBack(gateway, query, [])
                #expect(stranger.status == 400, "\(stranger.body)")
                let back = try await comesBack(gateway, query, [sent.cookie])
                #expect(back.status == status, "\(document): \(back.body)")
                #expect(back.headers["location"] == (status == 303 ? "/" : nil))
            }
        }
    }

    /// A sign-on that is under way is none, and the other way round.
    @Test func aSignOnIsNoSignOff() async throws {
        let house = try SAMLHouse()
        try await house.gateway().serving { gateway in
            let begun = try await gateway.beginSAML()
            let query = try house.signer.query(
                "SAMLResponse", Self.answer(gateway, to: begun.id).replacing("{SIG}", with: ""),
                relayState: begun.relayState)
            #expect(try await comesBack(gateway, query, [begun.cookie]).status == 400)
            let sent = try await signedOff(gateway, house)
            let response = try house.response(to: sent.id, at: gateway)
            #expect(try await gateway.bring(response, for: sent).status == 400)
        }
    }

    @Test func withoutAnAddressThereOneSignsOffHereOnly() async throws {
        let house = try SAMLHouse()
        try house.write(
            house.metadata(
                services:
                    #"<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/>"#
            ))
        try await house.gateway().serving { gateway in
            let opened = try await gateway.signOn(at: house)
            let off = try await gateway.post("logout", headers: [opened.cookie, gateway.origin])
            #expect(off.status == 204 && off.body.isEmpty)
        }
        try await house.gateway { ($0.key, $0.certificatePath) = (nil, nil) }.serving { gateway in
            let answer = try await comesBack(gateway, "SAMLRequest=AAAA", [])
            #expect(answer.status == 404, "\(answer.body)")
            let metadata = try await gateway.browse(SAMLHouse.auth + "/metadata")
            #expect(!metadata.body.contains("SingleLogoutService"))
        }
    }

    @Test func ourMetadataNamesThePlace() async throws {
        let house = try SAMLHouse()
        try await house.gateway().serving { gateway in
            let body = try await gateway.browse(SAMLHouse.auth + "/metadata").body
            for binding in ["HTTP-Redirect", "HTTP-POST"] {
                #expect(
                    body.contains(
                        #"<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:\#(binding)" Location="\#(SAMLHouse.address)\#(SAMLHouse.auth)/slo">"#
                    ), "\(body)")
            }
        }
    }
}
