import Auth
import Foundation
import Gateway
import SAMLSupport
import StrictJSON
import Support
import Testing

/// Metadata that is at an address: read when it is due, and never taken when something is wrong with it.
@Suite(.timeLimit(.minutes(10))) struct SAMLMetadataRefreshTests {
    private static let path = "/metadata"

    /// A house whose metadata a server has, signed by a key of its own if `isSigned`.
    private struct Place: Sendable {
        let house: SAMLHouse
        let server: KeyServer
        let isSigned: Bool

        /// From now on the server has this.
        func say(_ text: String, by name: String = "other") throws {
            server.answer(
                SAMLMetadataRefreshTests.path,
                body: isSigned
                    ? try house.keys.signer(name).sign(text)
                    : text.replacing("{SIG}", with: ""))
        }

        func gateway() throws -> InProcessGateway {
            guard let address = KeyAddress(server.address + path, allowsLoopbackHTTP: false) else {
                throw TestFault(description: server.address)
            }
            return try house.gateway {
                $0.metadata = .address(address, authorities: server.authorities)
                $0.entityID = SAMLHouse.entity
                if isSigned { $0.signerPath = house.keys.path("other.pem") }
            }
        }

        var count: Int { server.paths.count }
    }

    private func with(
        signed: Bool = false,
        _ body: @escaping @Sendable (Place, InProcessGateway) async throws -> Void
    ) async throws {
        try await KeyServer.with { server in
            let place = Place(house: try SAMLHouse(), server: server, isSigned: signed)
            try place.say(place.house.metadata())
            let gateway = try place.gateway()
            try await gateway.serving { try await body(place, $0) }
        }
    }

    private func records(_ gateway: InProcessGateway) throws -> [String] {
        try gateway.journal().filter { $0["action"]?.string == "provider.metadata" }.compactMap {
            $0["reason"]?.string
        }
    }

    private func status(
        _ gateway: InProcessGateway, _ house: SAMLHouse, by signer: String
    ) async throws -> Int {
        let begun = try await gateway.beginSAML()
        guard begun.answer.status == 303 else { return begun.answer.status }
        let response = try house.response(
            to: begun.id, at: gateway, signer: try house.keys.signer(signer))
        return try await gateway.bring(response, for: begun).status
    }

    @Test(arguments: [false, true])
    func aKeyThatIsNewIsTakenAtTheNextReading(_ isSigned: Bool) async throws {
        try await with(signed: isSigned) { place, gateway in
            #expect(try await status(gateway, place.house, by: "idp") == 303)
            #expect(place.count == 1)
            try await gateway.tick(.saml)
            #expect(place.count == 1, "it is not due")
            try place.say(place.house.metadata(keys: ["idp", "idp2"]))
            gateway.clock.advance(by: .seconds(3_600))
            try await gateway.tick(.saml)
            #expect(place.count == 2)
            for name in ["idp", "idp2"] {
                #expect(try await status(gateway, place.house, by: name) == 303)
            }
            try place.say(place.house.metadata(keys: ["idp2"]))
            gateway.clock.advance(by: .seconds(3_600))
            try await gateway.tick(.saml)
            #expect(try await status(gateway, place.house, by: "idp") == 403, "it is gone")
            let told = try gateway.journal().filter {
                $0["action"]?.string == "provider.metadata"
            }
            #expect(
                told.count == 3 && told.allSatisfy { $0["detail"]?["provider"]?.string == "idp" })
            let size = { (name: String) in
                told.map { record in
                    if case .array(let all)? = record["detail"]?[name] { all.count } else { -1 }
                }
            }
            #expect(size("added") == [1, 1, 0] && size("removed") == [0, 0, 1])
        }
    }

    /// Whoever sends messages by unknown keys has it read once a minute, and no more.
    @Test func anUnknownKeyHasItReadEarly() async throws {
        try await with { place, gateway in
            #expect(try await status(gateway, place.house, by: "idp") == 303)
            try place.say(place.house.metadata(keys: ["idp2"]))
            #expect(try await status(gateway, place.house, by: "idp2") == 403, "just asked")
            gateway.clock.advance(by: .seconds(60))
            #expect(try await status(gateway, place.house, by: "idp2") == 303)
            #expect(place.count == 2)
            for _ in 0..<3 { #expect(try await status(gateway, place.house, by: "other") == 403) }
            #expect(place.count == 2)
            gateway.clock.advance(by: .seconds(60))
            for _ in 0..<3 { #expect(try await status(gateway, place.house, by: "other") == 403) }
            #expect(place.count == 3)
        }
    }

    @Test func whatIsWrongLeavesTheOldInForce() async throws {
        try await with(signed: true) { place, gateway in
            #expect(try await status(gateway, place.house, by: "idp") == 303)
            try await gateway.tick(.saml)
            let house = place.house
            let time = { (offset: Int64) in SAMLHouse.time(gateway, offset) }
            let good = try house.metadata(keys: ["idp2"])
            let wrapped = { (inner: String) in
                "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" ID=\"_all\">{SIG}\(inner.replacing("{SIG}", with: ""))</md:EntitiesDescriptor>"
            }
            let signed = try house.keys.signer("other").sign(good)
            let pages: [(String, KeyServer.Page)] = [
                (
                    "validUntil",
                    .init(
                        body: try house.keys.signer("other").sign(
                            house.metadata(
                                keys: ["idp2"], attributes: "validUntil=\"\(time(3_000))\"")))
                ),
                ("signature", .init(body: try house.keys.signer("idp2").sign(good))),
                ("not signed", .init(body: good.replacing("{SIG}", with: ""))),
                ("not the one", .init(body: signed.replacing("idp.example/slo", with: "evil/slo"))),
                (
                    "2 providers",
                    .init(body: try house.keys.signer("other").sign(wrapped(good + good)))
                ),
                ("not allowed", .init(body: "<!DOCTYPE x>" + signed)),
                (
                    "no signing key",
                    .init(body: try house.keys.signer("other").sign(house.metadata(keys: [])))
                ),
                (
                    "0 providers",
                    .init(
                        body: try house.keys.signer("other").sign(
                            house.metadata(keys: ["idp2"], entity: "https://evil.example")))
                ),
                ("expected an element", .init(body: "x")), ("500", .init(status: 500)),
                ("302", .init(status: 302, location: place.server.address + "/elsewhere")),
                ("longer than", .init(body: String(repeating: " ", count: 300_000))),
            ]
            place.server.answer("/elsewhere", body: signed)
            for (why, page) in pages {
                place.server.answer(Self.path, page)
                gateway.clock.advance(by: .seconds(3_600))
                try await gateway.tick(.saml)
                #expect(try await status(gateway, house, by: "idp") == 303, "\(why)")
                #expect(try await status(gateway, house, by: "idp2") == 403, "\(why)")
                let told = try records(gateway).last ?? ""
                #expect(told.hasPrefix("saml_metadata_refused: ") && told.contains(why), "\(told)")
                let ready = try await gateway.page("/readyz")
                #expect(ready.body.contains(why), "\(ready.body)")
            }
            #expect(!place.server.paths.contains("/elsewhere"))
            let metrics = try await gateway.page("/metrics").body
            #expect(metrics.contains("maxine_saml_metadata_refused_total \(pages.count)\n"))
            #expect(metrics.contains("maxine_saml_providers_alarmed 1\n"))
            try place.say(good)
            gateway.clock.advance(by: .seconds(60))
            try await gateway.tick(.saml)
            #expect(try await status(gateway, house, by: "idp2") == 303, "the good one is taken")
            #expect(try await gateway.page("/metrics").body.contains("saml_providers_alarmed 0\n"))
        }
    }

    @Test func theOldEndsWhenItSaysSo() async throws {
        try await with { place, gateway in
            let until = SAMLHouse.time(gateway, 7_200)
            try place.say(place.house.metadata(attributes: "validUntil=\"\(until)\""))
            #expect(try await status(gateway, place.house, by: "idp") == 303)
            place.server.answer(Self.path, .init(status: 500))
            gateway.clock.advance(by: .seconds(7_199))
            try await gateway.tick(.saml)
            #expect(try await status(gateway, place.house, by: "idp") == 303)
            gateway.clock.advance(by: .seconds(1))
            #expect(try await status(gateway, place.house, by: "idp") == 503)
            #expect(
                try records(gateway).contains { $0.hasPrefix("saml_keys_end: its metadata ends") })
        }
    }

    @Test(arguments: [("PT1S", 300), ("P30D", 86_400), ("PT20M", 1_200), ("", 3_600)])
    func itIsReadAsOftenAsItSays(_ said: (duration: String, seconds: Int)) async throws {
        try await with { place, gateway in
            let attribute = said.duration.isEmpty ? "" : "cacheDuration=\"\(said.duration)\""
            try place.say(place.house.metadata(attributes: attribute))
            try await gateway.tick(.saml)
            #expect(place.count == 1)
            gateway.clock.advance(by: .seconds(said.seconds - 1))
            try await gateway.tick(.saml)
            #expect(place.count == 1)
            gateway.clock.advance(by: .seconds(1))
            try await gateway.tick(.saml)
            #expect(place.count == 2)
        }
    }

    /// It is told before the keys end, and only once.
    @Test func keysThatEndSoonAreToldOf() async throws {
        try await with { place, gateway in
            try await gateway.tick(.saml)
            #expect(try records(gateway).count == 1, "the keys")
            gateway.clock.advance(by: .seconds(61 * 86_400))
            try await gateway.tick(.saml)
            try await gateway.tick(.saml)
            let told = try records(gateway)
            #expect(told.count == 2)
            #expect(
                told.last?.hasPrefix("saml_keys_end: its last signing certificate ends") == true)
            #expect(try await gateway.page("/readyz").body.contains("last signing certificate"))
            #expect(try await status(gateway, place.house, by: "idp") == 303, "it still counts")
        }
    }

    @Test func aProviderThatIsAwayAtTheStartKeepsItsOwnPeopleOut() async throws {
        try await with { place, gateway in
            place.server.answer(Self.path, .init(status: 404))
            #expect(try await status(gateway, place.house, by: "idp") == 503)
            #expect(try await status(gateway, place.house, by: "idp") == 503)
            #expect(place.count == 1, "it was just asked")
            try place.say(place.house.metadata())
            gateway.clock.advance(by: .seconds(10))
            #expect(try await status(gateway, place.house, by: "idp") == 303)
        }
    }
}
