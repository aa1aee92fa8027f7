import Foundation
import Support
import Testing

/// Keys change, at the provider and here, and people sign on all the while.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SAMLRolloverTests {
    @Test func theProviderChangesItsKey() throws {
        guard let house = try SAMLProcesses() else { return }
        let provider = house.browser.provider
        for rollover in SimpleSAML.Rollover.allCases {
            try provider.roll(rollover)
            let certificates =
                try provider.folder.text("idp.xml").components(
                    separatedBy: "use=\"signing\""
                ).count - 1
            #expect(certificates == (rollover == .during ? 2 : 1), "\(rollover)")
            for way in SimpleSAML.Way.allCases {
                #expect(throws: Never.self, "\(rollover) \(way)") { try house.signOn(way) }
            }
        }
        // What is gone is not taken any more.
        let form = try house.browser.form(.both)
        try provider.roll(.before)
        let answer = try house.browser.post(form, .both)
        #expect(answer.status == 403, "\(answer.body)")
        #expect(house.gateway.stop() == 0)
    }

    @Test func weChangeOurKey() throws {
        guard let house = try SAMLProcesses(other: true) else { return }
        let metadata = try house.browser.own(.sealed, "/metadata", []).body
        for name in ["maxine", "maxine2"] {
            let lines = try house.keys.text("\(name).pem").split(separator: "\n").filter {
                !$0.hasPrefix("-")
            }.joined()
            #expect(metadata.components(separatedBy: lines).count == 3, "\(name)")
        }
        // Our request was signed by the first; while the person types, the provider takes the other one from our metadata.
        let provider = house.browser.provider
        let form = try house.browser.form(.sealed) {
            try provider.know(certificate: try house.keys.text("maxine2.pem"))
        }
        #expect(try house.browser.post(form, .sealed).status == 303)
        try provider.know(certificate: try house.keys.text("maxine.pem"))
        for way in [SimpleSAML.Way.both, .sealed] {
            #expect(throws: Never.self, "\(way)") { try house.signOn(way) }
        }
        #expect(house.gateway.stop() == 0)
    }

    /// The metadata is read from the provider itself.
    @Test func metadataIsReadFromItsAddress() throws {
        guard
            let house = try SAMLProcesses(metadata: {
                """
                metadata_url: \($0.address)/saml2/idp/metadata.php
                      loopback_http: true
                      idp_entity_id: \($0.address)/idp
                """
            })
        else { return }
        for way in SimpleSAML.Way.allCases {
            #expect(throws: Never.self, "\(way)") { try house.signOn(way) }
        }
        #expect(house.gateway.stop() == 0)
    }
}
