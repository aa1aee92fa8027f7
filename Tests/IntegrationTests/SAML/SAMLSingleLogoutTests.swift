import Foundation
import StrictJSON
import Support
import Testing

/// Single logout with a real provider, in both directions.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SAMLSingleLogoutTests {
    private func isGood(_ house: SAMLProcesses, _ session: String) throws -> Bool {
        try house.browser.ask("/api/maxine/auth/whoami", session).status == 200
    }

    @Test func signingOffThereEndsOurSessionsWithinASecond() throws {
        guard let house = try SAMLProcesses() else { return }
        var sessions: [SimpleSAML.Way: String] = [:]
        for way in SimpleSAML.Way.allCases { sessions[way] = try house.signOn(way) }
        // Another person, in another browser.
        let other = try SAMLBrowser(house.gateway, house.browser.provider)
        let form = try other.form(.both, "bob", "bobpw")
        let bob = try other.post(form, .both).cookies.first { $0.hasPrefix("__Host-maxine=") } ?? ""
        for way in SimpleSAML.Way.allCases {
            #expect(try isGood(house, sessions[way] ?? ""), "\(way)")
        }
        let taken = try house.browser.signOffThere(SAMLProcesses.own)
        #expect(Set(taken.map(\.way)) == Set(SimpleSAML.Way.allCases), "\(taken)")
        for (way, answer, time) in taken {
            #expect(answer.status == 303, "\(way): \(answer.body)")
            #expect(time < .seconds(1), "\(way): \(time)")
            #expect(try !isGood(house, sessions[way] ?? ""), "\(way)")
        }
        print("single logout: \(taken.map { "\($0.way) \($0.time)" })")
        #expect(try isGood(house, String(bob.prefix { $0 != ";" })), "bob is still here")
        #expect(try !house.browser.isSignedOnThere(.both), "alice is signed off there")
        let ends = try house.gateway.journal().filter { $0["action"]?.string == "session.end" }
        #expect(ends.count == 4)
        #expect(ends.allSatisfy { $0["reason"]?.string?.hasPrefix("saml_logged_out") == true })
        #expect(house.gateway.stop() == 0)
    }

    @Test func signingOffHereSignsOffThere() throws {
        guard let house = try SAMLProcesses() else { return }
        for way in [SimpleSAML.Way.response, .assertion, .sealed] {
            let session = try house.signOn(way)
            #expect(try house.browser.isSignedOnThere(way))
            let (off, back) = try house.browser.signOffHere(session, way, SAMLProcesses.own)
            #expect(off.status == 200, "\(off.body)")
            #expect(try !isGood(house, session))
            #expect(back.status == 303 && back.headers["location"] == "/", "\(way): \(back.body)")
            #expect(try !house.browser.isSignedOnThere(way), "\(way)")
        }
        #expect(house.gateway.stop() == 0)
    }
}
