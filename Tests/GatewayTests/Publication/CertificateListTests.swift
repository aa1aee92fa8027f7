import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Others learn from signed lists which of our certificates are revoked.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct CertificateListTests {
    private let intermediate = "data/pki/intermediate.pem"
    private let root = "data/pki/root.pem"

    /// What somebody makes of a certificate who knows our root and the list that was fetched last.
    private func verdict(on service: String, _ gateway: InProcessGateway) async throws -> String {
        _ = try await gateway.openssl(
            "crl", "-inform", "DER", "-in", "list.crl", "-out", "list.pem")
        let time = String(Int(gateway.clock.date.timeIntervalSince1970))
        let said = try await gateway.openssl(
            "verify", "-crl_check", "-attime", time, "-CRLfile", "list.pem", "-CAfile", root,
            "-untrusted", intermediate, "\(service)/svid.pem")
        return said.output + said.error
    }

    @Test(arguments: [
        (by: "serial", says: "Key Compromise"), (by: "identity", says: "Superseded"),
    ])
    func aRevokedCertificateIsOnTheListWithinARound(by: String, says: String) async throws {
        try await InProcessGateway.publishing().serving { gateway in
            try await gateway.issue("web")
            try await gateway.issue("api")
            let authority = try await gateway.keyID(of: intermediate)
            let serial = try await gateway.serial(of: "web/svid.pem")
            let before = try await gateway.list(of: authority)
            #expect(before.contains("No Revoked Certificates"), "\(before)")
            #expect(before.contains("keyid:") || before.contains("Authority Key Identifier"))
            #expect(try await verdict(on: "web", gateway).contains("web/svid.pem: OK"))
            let revoked =
                by == "serial"
                ? try await gateway.revoke(
                    #""serial":"\#(serial)""#, why: "KeyCompromise: a stolen laptop")
                : try await gateway.revoke(
                    #""spiffeId":"\#(InProcessGateway.spiffeID("web"))""#, why: "superseded")
            #expect(revoked.status == 200, "\(revoked.body)")
            try await gateway.tick(.publication)
            let after = try await gateway.list(of: authority)
            #expect(after.contains("Serial Number: \(serial)"), "\(after)")
            #expect(after.contains(says), "\(after)")
            #expect(after.components(separatedBy: "Serial Number:").count == 2, "\(after)")
            #expect(try await verdict(on: "web", gateway).contains("certificate revoked"))
            #expect(try await verdict(on: "api", gateway).contains("api/svid.pem: OK"))
            // A new one of the same identity is as good as any.
            try await gateway.issue("web")
            try await gateway.tick(.publication)
            _ = try await gateway.list(of: authority)
            #expect(try await verdict(on: "web", gateway).contains("web/svid.pem: OK"))
        }
    }

    @Test func aRevokedAuthorityIsOnItsRootsListAndAllItsLeavesOnItsOwn() async throws {
        try await InProcessGateway.publishing().serving { gateway in
            try await gateway.issue("web")
            let old = try await gateway.keyID(of: intermediate)
            let above = try await gateway.keyID(of: root)
            let rotated = try await gateway.curl("POST", "/api/maxine/ca/rotate")
            #expect(rotated.status == 200, "\(rotated.body)")
            try await gateway.tick(.publication)
            #expect(
                try await gateway.list(of: above, issuer: root).contains("No Revoked Certificates"))
            // It ends the connection of the operator, whose certificate is of that authority.
            _ = try? await gateway.curl(
                "POST", "/api/maxine/ca/revoke", body: #"{"authority":"\#(old)"}"#)
            try await gateway.tick(.publication)
            let list = try await gateway.list(of: above, issuer: root)
            let serial = try await gateway.serial(of: intermediate)
            #expect(list.contains("Serial Number: \(serial)"), "\(list)")
            #expect(list.contains("CA Compromise"), "\(list)")
            let leaf = try await gateway.serial(of: "web/svid.pem")
            let own = try await gateway.list(of: old)
            #expect(own.contains("Serial Number: \(leaf)"), "\(own)")
        }
    }

    @Test func theListAndItsNumberOutliveARestartAndAClockThatWasSetBack() async throws {
        let clock = TestClock()
        let gateway = try InProcessGateway.publishing(clock: clock)
        let (authority, serial, next, first) = try await gateway.serving { gateway in
            try await gateway.issue("web")
            let serial = try await gateway.serial(of: "web/svid.pem")
            let id = InProcessGateway.spiffeID("web")
            #expect(try await gateway.revoke(#""spiffeId":"\#(id)""#).status == 200)
            // In the same second, and good.
            try await gateway.issue("web")
            try await gateway.tick(.publication)
            let authority = try await gateway.keyID(of: intermediate)
            let list = try await gateway.list(of: authority)
            return (
                authority, serial, try await gateway.serial(of: "web/svid.pem"),
                try gateway.number(of: list)
            )
        }
        clock.setWall(by: .seconds(-20))
        try await InProcessGateway.publishing(clock: clock, folder: gateway.left).serving {
            let list = try await $0.list(of: authority)
            #expect(list.contains("Serial Number: \(serial)"), "\(list)")
            #expect(!list.contains(next), "\(list)")
            #expect(try $0.number(of: list) > first)
            let records = try $0.journal().filter { $0["action"]?.string == "ca.crl" }
            let numbers = records.compactMap { $0["detail"]?["number"]?.integer }
            #expect(numbers == Array(Set(numbers)).sorted(), "each is greater than the last")
            #expect(records.last?["detail"]?["authority"]?.string != nil)
        }
    }

    @Test func aListIsSignedAnewLongBeforeItsEnd() async throws {
        try await InProcessGateway.publishing().serving { gateway in
            let authority = try await gateway.keyID(of: intermediate)
            let path = "/crl/\(authority).crl"
            let tag = try await gateway.askPublic(path).headers["etag"] ?? ""
            let known = ["-H", "if-none-match: \(tag)"]
            try await gateway.tick(.publication)
            let same = try await gateway.askPublic(path, known)
            #expect(same.status == 304 && same.headers["etag"] == tag)
            for other in ["W/\(tag)", "*", "\"1\", \(tag)"] {
                let known = try await gateway.askPublic(path, ["-H", "if-none-match: \(other)"])
                #expect(known.status == 304, "\(other)")
            }
            gateway.clock.advance(by: .seconds(3_600))
            try await gateway.tick(.publication)
            let anew = try await gateway.askPublic(path, known)
            #expect(anew.status == 200 && anew.headers["etag"] != tag)
            #expect(anew.headers["cache-control"] == "public, max-age=60")
            #expect(anew.headers["last-modified"]?.hasSuffix(" GMT") == true)
            // Nobody takes a list of the future.
            gateway.clock.setWall(by: .seconds(-60))
            try await gateway.tick(.publication)
            let back = try await gateway.askPublic(path, known)
            #expect(back.headers["etag"] != anew.headers["etag"])
            // One that could not be signed anew is not shown after its end.
            gateway.clock.advance(by: .seconds(24 * 3_600 + 1))
            #expect(try await gateway.askPublic(path).status == 404)
        }
    }

    /// RFC 5280 section 3.3: an entry leaves once it stood on a list that was made after the certificate's end.
    @Test func whatHasEndedStandsOnOneMoreList() async throws {
        try await InProcessGateway.publishing().serving { gateway in
            let authority = try await gateway.keyID(of: intermediate)
            try await gateway.issue("web", ttl: 3_599)
            let serial = try await gateway.serial(of: "web/svid.pem")
            gateway.clock.advance(by: .seconds(3_590))
            let id = InProcessGateway.spiffeID("web")
            #expect(try await gateway.revoke(#""spiffeId":"\#(id)""#).status == 200)
            try await gateway.tick(.publication)
            // The next list is a little late.
            gateway.clock.advance(by: .seconds(3_615))
            try await gateway.tick(.revocations)
            try await gateway.tick(.publication)
            #expect(try await gateway.list(of: authority).contains(serial))
            gateway.clock.advance(by: .seconds(2 * 3_600))
            try await gateway.tick(.revocations)
            try await gateway.tick(.publication)
            #expect(try await !gateway.list(of: authority).contains(serial))
        }
    }

    @Test func soDoesWhatEndedWhileTheGatewayWasOff() async throws {
        let clock = TestClock()
        let gateway = try InProcessGateway.publishing(clock: clock)
        let (authority, serial) = try await gateway.serving { gateway in
            try await gateway.issue("web", ttl: 600)
            let id = InProcessGateway.spiffeID("web")
            #expect(try await gateway.revoke(#""spiffeId":"\#(id)""#).status == 200)
            return (
                try await gateway.keyID(of: intermediate),
                try await gateway.serial(of: "web/svid.pem")
            )
        }
        for (hours, isListed) in [(1, true), (3, false)] {
            clock.advance(by: .seconds(hours * 3_600))
            try await InProcessGateway.publishing(clock: clock, folder: gateway.left).serving {
                let list = try await $0.list(of: authority)
                #expect(list.contains(serial) == isListed, "\(hours)")
            }
        }
    }

    @Test func aListThatIsMadeElsewhereIsSaidToBe() async throws {
        try await InProcessGateway.publishing().serving { gateway in
            let (old, above) = (
                try await gateway.keyID(of: intermediate), try await gateway.keyID(of: root)
            )
            #expect(try await gateway.curl("POST", "/api/maxine/ca/rotate").status == 200)
            try await gateway.tick(.publication)
            #expect(try await gateway.askPublic("/crl/\(above).crl").status == 200)
            try FileManager.default.moveItem(
                atPath: gateway.left.path("data/pki/root.key"),
                toPath: gateway.left.path("root.key"))
            gateway.clock.advance(by: .seconds(3_600))
            try await gateway.tick(.publication)
            #expect(try await gateway.askPublic("/crl/\(above).crl").status == 404, "it is old")
            #expect(try await !gateway.page("/readyz").body.contains("make its list"))
            _ = try? await gateway.curl(
                "POST", "/api/maxine/ca/revoke", body: #"{"authority":"\#(old)"}"#)
            try await gateway.tick(.publication)
            let gone = try await gateway.askPublic("/crl/\(above).crl", to: "gone.txt")
            #expect(gone.status == 404, "what was out is not true any more")
            #expect(try gateway.left.text("gone.txt").contains("kept elsewhere"))
            let ready = try await gateway.page("/readyz")
            #expect(ready.status == 200)
            #expect(
                ready.body.contains("below \(above) 1 are revoked that no list"), "\(ready.body)")
            #expect(try await gateway.askPublic("/crl/\(old).crl").status == 200)
            try FileManager.default.moveItem(
                atPath: gateway.left.path("root.key"),
                toPath: gateway.left.path("data/pki/root.key"))
            gateway.clock.advance(by: .seconds(3_600))
            try await gateway.tick(.publication)
            #expect(try await gateway.askPublic("/crl/\(above).crl").status == 200)
            #expect(try await !gateway.page("/readyz").body.contains("make its list"))
        }
    }

    @Test func anAuthorityThatIsForgottenHasNoListAnyMore() async throws {
        try await InProcessGateway.publishing().serving { gateway in
            let old = try await gateway.keyID(of: intermediate)
            #expect(try await gateway.curl("POST", "/api/maxine/ca/rotate").status == 200)
            gateway.clock.advance(by: .seconds(90 * 86_400 + 61))
            try await gateway.tick(.publication)
            #expect(try await gateway.askPublic("/crl/\(old).crl").status == 200)
            try await gateway.tick(.authorities)
            try await gateway.tick(.publication)
            #expect(try await gateway.askPublic("/crl/\(old).crl").status == 404)
        }
    }

    @Test func nothingElseIsThere() async throws {
        try await InProcessGateway.publishing().serving { gateway in
            let authority = try await gateway.keyID(of: intermediate)
            for path in [
                "/", "/api/maxine/status", "/metrics", "/bundle", "/crl/", "/crl/\(authority)",
                "/crl/../crl/\(authority).crl", "/crl/%2e.crl", "/crl/ab.crl",
                "/crl/\(authority.uppercased()).crl", "/crl/\(authority).crl/", "/ocspx",
            ] {
                let answer = try await gateway.askPublic(path)
                #expect(answer.status == 404, "\(path): \(answer.status)")
            }
            for method in ["POST", "PUT", "DELETE", "PATCH"] {
                let answer = try await gateway.askPublic(
                    "/crl/\(authority).crl", ["-X", method])
                #expect(answer.status == 405 && answer.headers["allow"] == "GET, HEAD")
            }
            let long = String(repeating: "x", count: 9_000)
            #expect(try await gateway.askPublic("/", ["-H", "x: \(long)"]).status == 431)
            #expect(try await gateway.askPublic("/" + long.prefix(3_000)).status == 414)
            let head = try await gateway.askPublic("/crl/\(authority).crl", ["--head"])
            #expect(head.status == 200)
            let old = try await gateway.askPublic("/crl/\(authority).crl", ["--http1.0"])
            #expect(old.status == 200, "old clients speak HTTP/1.0")
            let page = try await gateway.page("/metrics")
            #expect(page.body.contains(#"maxine_revocation_requests_total{result="list"} 2"#))
        }
    }

    @Test func oneSourceMayAskOnlySoOften() async throws {
        try await InProcessGateway.publishing().serving { gateway in
            let authority = try await gateway.keyID(of: intermediate)
            let many = PublicationLimits.sourceRate.burst + 1
            let answers = try await Shell.run(
                aside: [
                    "sh", "-c",
                    "seq \(many) | sed 's|.*|url=\(gateway.revocationAddress)/crl/\(authority).crl\\noutput=/dev/null|'"
                        + " | curl -sS -I -w '%{http_code}\\n' -K - | grep -c '^429'",
                ], directory: gateway.folder)
            #expect(Int(answers.output.trimmingCharacters(in: .whitespacesAndNewlines)) == 1)
            let late = try await gateway.askPublic("/crl/\(authority).crl")
            #expect(late.status == 429 && late.headers["retry-after"] == "1")
            gateway.clock.advance(by: .seconds(1))
            #expect(try await gateway.askPublic("/crl/\(authority).crl").status == 200)
        }
    }

    @Test func itIsOffUnlessItIsConfigured() async throws {
        try await InProcessGateway().serving { gateway in
            #expect(gateway.revocationAddress.isEmpty)
            let lists = try gateway.journal().filter { $0["action"]?.string == "ca.crl" }
            #expect(lists.isEmpty)
        }
    }
}
