import Foundation
import Support
import Testing

/// Sign-on at a real provider, and what becomes of its live answers when somebody bends them.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SAMLSignOnTests {
    /// The provider, a gateway that knows it in four ways, and a browser; nil where the provider is not installed.
    private func house() throws -> (SAMLBrowser, GatewayProcess)? {
        try SAMLProcesses().map { ($0.browser, $0.gateway) }
    }

    @Test func peopleSignOnInEachWay() throws {
        guard let (browser, gateway) = try house() else { return }
        for way in SimpleSAML.Way.allCases {
            let answer = try browser.post(try browser.form(way), way)
            #expect(answer.status == 303, "\(way): \(answer.body)")
            #expect(answer.headers["location"] == "/")
            let session = answer.cookies.first { $0.hasPrefix("__Host-maxine=") } ?? ""
            #expect(session.contains("HttpOnly") && session.contains("SameSite=Lax"))
            let who = try browser.ask(
                "/api/maxine/auth/whoami", String(session.prefix { $0 != ";" }))
            #expect(who.body.contains("\"\(way.rawValue)/alice\""), "\(who.body)")
            #expect(who.body.contains("viewer"), "\(who.body)")
        }
        let log = try gateway.journal().map { "\($0)" }.joined()
        #expect(!log.contains("alice"), "persons are sealed")
        #expect(gateway.stop() == 0)
    }

    /// Each change of a live answer, in each way: nobody is let in, and no answer says why.
    @Test func bentAnswersLetNobodyIn() throws {
        guard let (browser, gateway) = try house() else { return }
        for way in SimpleSAML.Way.allCases {
            var bodies: Set<String> = []
            for change in SAMLChange.allCases where change.applies(to: way) {
                var form = try browser.form(way)
                let before = form.document
                form.document = change.apply(to: before)
                #expect(form.document != before, "\(way) \(change)")
                let answer = try browser.post(form, way)
                #expect(answer.status == change.status, "\(way) \(change): \(answer.body)")
                #expect(!answer.cookies.contains { $0.hasPrefix("__Host-maxine=") }, "\(change)")
                if answer.status == 403 {
                    bodies.insert(answer.body.replacing(/"audit":\d+/, with: ""))
                }
            }
            #expect(bodies.count == 1, "\(bodies)")
            let good = try browser.post(try browser.form(way), way)
            #expect(good.status == 303, "a good one afterwards: \(good.body)")
        }
        #expect(gateway.stop() == 0)
    }

    @Test func anAnswerIsGoodOnceAndForTheBrowserThatAsked() throws {
        guard let (browser, gateway) = try house() else { return }
        let form = try browser.form(.both)
        let stranger = try browser.post(form, .both, jar: false)
        #expect(stranger.status == 400, "\(stranger.body)")
        let elsewhere = try browser.post(form, .assertion)
        #expect(elsewhere.status == 400, "another provider's: \(elsewhere.body)")
        #expect(try browser.post(form, .both).status == 303)
        let again = try browser.post(form, .both)
        #expect(again.status == 400, "\(again.body)")
        var other = try browser.form(.both)
        other.response = form.response
        let mixed = try browser.post(other, .both)
        #expect(mixed.status == 403, "the answer to another request: \(mixed.body)")
        #expect(gateway.stop() == 0)
    }
}
