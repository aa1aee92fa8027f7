import Auth
import Foundation
import Gateway
import SAMLSupport
import Support
import Testing

/// What `maxine auth test` says of a SAML provider, and of a response that was captured.
@Suite(.timeLimit(.minutes(10))) struct SAMLTrialTests {
    private func look(
        _ house: SAMLHouse, response: String? = nil, clock: TestClock = TestClock(),
        _ change: (inout SAMLSettings) -> Void = { _ in }
    ) async throws -> (isGood: Bool, text: String) {
        var settings = try house.settings()
        change(&settings)
        var configuration = GatewayConfiguration()
        configuration.people.address = SAMLHouse.address
        configuration.samlProviders = [settings]
        let bytes = response.map { Array(Data($0.utf8).base64EncodedString().utf8) }
        let report = try #require(
            await SAMLTrial.run("idp", response: bytes, in: configuration, clocks: clock.clocks))
        return (
            report.isGood, report.lines.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        )
    }

    @Test func aSoundProviderIsShown() async throws {
        let (isGood, text) = try await look(SAMLHouse())
        #expect(isGood, "\(text)")
        for line in [
            "responses go to: \(SAMLHouse.address)\(SAMLHouse.auth)/acs",
            "sign-offs go to: \(SAMLHouse.address)\(SAMLHouse.auth)/slo",
            "entity id: \(SAMLHouse.entity)", "browsers go to: https://idp.example/sso (redirect)",
            "our keys: one, which signs and opens", "user: attribute uid -> user idp/NAME",
        ] {
            #expect(text.contains(line), "\(text)")
        }
        #expect(!text.contains("fault"))
        #expect(await SAMLTrial.run("other", in: GatewayConfiguration()) == nil)
    }

    @Test func theFirstFaultIsNamed() async throws {
        let house = try SAMLHouse()
        let late = TestClock()
        late.advance(by: .seconds(100 * 86_400))
        for (why, clock, change) in [
            ("certificates have all ended", late, { _ in }),
            ("can't be read", TestClock(), { $0.metadata = .file("/nowhere/idp.xml") }),
            ("of another key", TestClock(), { $0.certificatePath = house.keys.path("own2.pem") }),
            ("describes 0 providers", TestClock(), { $0.entityID = "https://other.example" }),
        ] as [(String, TestClock, (inout SAMLSettings) -> Void)] {
            let (isGood, text) = try await look(house, clock: clock, change)
            #expect(!isGood && text.contains("first fault: ") && text.contains(why), "\(text)")
        }
        for (why, services, attributes) in [
            (
                "no HTTP-Redirect",
                #"<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/sso"/>"#,
                ""
            ), ("has ended", nil, "validUntil=\"2020-01-01T00:00:00Z\""),
        ] as [(String, String?, String)] {
            let bad = try SAMLHouse()
            try bad.write(bad.metadata(services: services, attributes: attributes))
            let (isGood, text) = try await look(bad)
            #expect(!isGood && text.contains("first fault: ") && text.contains(why), "\(text)")
        }
    }

    @Test func aResponseIsShownWithWhatIsWrongWithIt() async throws {
        let house = try SAMLHouse()
        let gateway = try house.gateway()
        let good = try house.response(to: "_q", at: gateway)
        let sound = try await look(house, response: good, clock: gateway.clock)
        #expect(sound.isGood, "\(sound.text)")
        for line in [
            "signatures in: assertion", "attribute uid: alice", "attribute groups: ops",
            "NameID: a1b2@idp.example (", "principal: user idp/alice", "group: idp/ops",
        ] {
            #expect(sound.text.contains(line), "\(sound.text)")
        }
        gateway.clock.advance(by: .seconds(3_600))
        let late = try await look(house, response: good, clock: gateway.clock)
        #expect(!late.isGood && late.text.contains("principal: user idp/alice"), "\(late.text)")
        #expect(late.text.contains("first fault: saml_time: Conditions: over"), "\(late.text)")
        for (response, why) in [
            (good.replacing(">alice<", with: ">admin<"), "saml_signature"),
            (good.replacing("Destination=\"https", with: "Destination=\"http"), "saml_mismatch"),
            ("<x/>", "saml_structure"), ("x", "saml_xml_malformed"),
        ] {
            let bad = try await look(house, response: response, clock: gateway.clock)
            #expect(!bad.isGood && bad.text.contains("first fault: \(why)"), "\(bad.text)")
            #expect(!bad.text.contains("principal"), "\(bad.text)")
        }
    }
}
