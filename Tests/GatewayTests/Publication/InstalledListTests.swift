import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// The root's key is elsewhere: its list is made there with openssl, and shown here.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct InstalledListTests {
    private static let root = "data/pki/root.pem"
    private static let intermediate = "data/pki/intermediate.pem"

    /// What is done where the root's key is, as docs/operations.md has it.
    private static let settings = """
        [ca]
        default_ca = d
        [d]
        database = index
        crlnumber = number
        default_md = sha256
        crl_extensions = x
        unique_subject = no
        [x]
        authorityKeyIdentifier = keyid

        """

    /// Takes the root's key away, and an intermediate is old.
    private func prepare(_ gateway: InProcessGateway) async throws -> (root: String, old: String) {
        let ids = (
            try await gateway.keyID(of: Self.root), try await gateway.keyID(of: Self.intermediate)
        )
        #expect(try await gateway.curl("POST", "/api/maxine/ca/rotate").status == 200)
        try await gateway.tick(.publication)
        try FileManager.default.moveItem(
            atPath: gateway.left.path("data/pki/root.key"), toPath: gateway.left.path("away.key"))
        try gateway.left.write(Self.settings, to: "crl.cnf")
        try gateway.left.write("", to: "index")
        return ids
    }

    /// Two hours behind, so that curl takes what is made later on, too.
    private func gateway() throws -> InProcessGateway {
        try .publishing(clock: TestClock(nanoseconds: TestClock.start - 7_200_000_000_000))
    }

    private func make(
        _ gateway: InProcessGateway, to file: String, days: Int = 30, revoking: String? = nil
    ) async throws {
        let now = gateway.clock.date
        let number = String(Int(now.timeIntervalSince1970 * 1000), radix: 16)
        try gateway.left.write((number.count % 2 == 0 ? "" : "0") + number + "\n", to: "number")
        let signer = ["-config", "crl.cnf", "-cert", Self.root, "-keyfile", "away.key"]
        if let revoking {
            let said = try await Shell.run(
                aside: ["openssl", "ca", "-revoke", revoking, "-crl_reason", "CACompromise"]
                    + signer,
                directory: gateway.folder)
            guard said.status == 0 else { throw TestFault(description: said.error) }
        }
        let said = try await Shell.run(
            aside: [
                "openssl", "ca", "-gencrl", "-out", file, "-crl_lastupdate", text(now),
                "-crl_nextupdate", text(now.addingTimeInterval(Double(days) * 86_400)),
            ] + signer, directory: gateway.folder)
        guard said.status == 0 else { throw TestFault(description: said.error) }
    }

    private func text(_ date: Date) -> String {
        let parts = Calendar.utc.dateComponents(
            [.year, .month, .day, .hour, .minute, .second], from: date)
        let numbers = [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second]
        return numbers.map { $0.map { ($0 < 10 ? "0" : "") + "\($0)" } ?? "" }.joined() + "Z"
    }

    private func install(_ gateway: InProcessGateway, _ file: String) async throws -> CurlAnswer {
        let pem = try gateway.left.text(file)
        var writer = JSONWriter()
        writer.value(.object([.init(name: "crl", value: .string(pem))]))
        return try await gateway.curl(
            "POST", "/api/maxine/ca/install-crl",
            body: String(decoding: writer.bytes, as: UTF8.self))
    }

    @Test func itStandsWhereOursWouldUntilItsEnd() async throws {
        let gateway = try gateway()
        let (root, old) = try await gateway.serving { gateway in
            let (root, old) = try await prepare(gateway)
            gateway.clock.advance(by: .seconds(3_600))
            try await gateway.tick(.publication)
            #expect(try await gateway.askPublic("/crl/\(root).crl").status == 404)
            try await make(gateway, to: "one.pem")
            let done = try await install(gateway, "one.pem")
            #expect(done.status == 200 && done.body.contains(#""listed":["\#(root)"]"#), "\(done)")
            // At once: it is read, not made.
            let list = try await gateway.list(of: root, issuer: Self.root)
            #expect(list.contains("No Revoked Certificates"))
            let again = try await install(gateway, "one.pem")
            #expect(again.status == 422 && again.body.contains("greater"), "\(again)")
            _ = try? await gateway.curl(
                "POST", "/api/maxine/ca/revoke", body: #"{"authority":"\#(old)"}"#)
            try await gateway.tick(.publication)
            // What it says is still so, and somebody is told that there is more to say.
            #expect(try await gateway.askPublic("/crl/\(root).crl").status == 200)
            let ready = try await gateway.page("/readyz")
            #expect(ready.status == 200)
            #expect(
                ready.body.contains("below \(root) 1 are revoked that no list"), "\(ready.body)")
            return (root, old)
        }
        try await expectRevoked(old, below: root, gateway)
    }

    private func expectRevoked(
        _ old: String, below root: String, _ gateway: InProcessGateway
    ) async throws {
        try await InProcessGateway.publishing(clock: gateway.clock, folder: gateway.left).serving {
            gateway in
            #expect(try await gateway.askPublic("/crl/\(root).crl").status == 200, "a restart")
            gateway.clock.advance(by: .seconds(10))
            try await make(gateway, to: "poor.pem")
            _ = try await Assembly.createOperator(gateway.settings, name: "operator")
            let poor = try await install(gateway, "poor.pem")
            #expect(poor.status == 422 && poor.body.contains("does not name 1"), "\(poor)")
            gateway.clock.advance(by: .seconds(10))
            try await make(gateway, to: "full.pem", revoking: Self.intermediate)
            #expect(try await install(gateway, "full.pem").status == 200)
            try await gateway.tick(.publication)
            let serial = try await gateway.serial(of: Self.intermediate)
            let list = try await gateway.list(of: root, issuer: Self.root)
            #expect(list.contains("Serial Number: \(serial)") && list.contains("CA Compromise"))
            #expect(try await !gateway.page("/readyz").body.contains("make its list"))
            try await expectEnd(of: root, gateway)
        }
    }

    /// A line from the last third on, and nothing is shown after it.
    private func expectEnd(of root: String, _ gateway: InProcessGateway) async throws {
        let name = "list of revoked certificates of \(root)"
        let shown = try await gateway.curl("GET", "/api/maxine/ca")
        #expect(shown.body.contains(#""crl":{"number":"#), "\(shown.body)")
        #expect(try await !gateway.page("/readyz").body.contains(name))
        gateway.clock.advance(by: .seconds(21 * 86_400))
        let soon = try await gateway.page("/readyz")
        #expect(soon.status == 200 && soon.body.contains("\(name) ends in 9 d"), "\(soon.body)")
        let gauges = try await gateway.page("/metrics").body
        #expect(
            gauges.contains(#"maxine_certificate_seconds_left{kind="crl",name="\#(root)"}"#),
            "\(gauges)")
        #expect(try await gateway.askPublic("/crl/\(root).crl").status == 200)
        gateway.clock.advance(by: .seconds(9 * 86_400))
        let ended = try await gateway.page("/readyz")
        #expect(ended.body.contains("\(name) ended"), "\(ended.body)")
        #expect(try await gateway.askPublic("/crl/\(root).crl").status == 404)
    }

    /// Over the admin socket and with the gateway stopped: for whoever may read the keys, and recorded.
    @Test func onTheGatewaysMachineNoCertificateIsNeeded() async throws {
        let gateway = try gateway()
        let root = try await gateway.serving { gateway in
            try await gateway.awaitSocket()
            let (root, _) = try await prepare(gateway)
            gateway.clock.advance(by: .seconds(1))
            try await make(gateway, to: "one.pem")
            let listed = try await Assembly.installList(
                gateway.settings, list: gateway.left.text("one.pem"))
            #expect(listed == [root])
            await #expect(throws: (any Error).self, "the same number") {
                try await Assembly.installList(
                    gateway.settings, list: gateway.left.text("one.pem"))
            }
            // Ours from a moment ago is good still, and the older one.
            let shown = try await gateway.list(of: root, issuer: Self.root)
            #expect(try gateway.number(of: shown) == UInt64(gateway.clock.nanoseconds / 1_000_000))
            return root
        }
        gateway.clock.advance(by: .seconds(1))
        try await make(gateway, to: "two.pem")
        let two = try gateway.left.text("two.pem")
        let (pki, copy) = (gateway.left.path("data/pki"), gateway.left.path("pki.copy"))
        try FileManager.default.copyItem(atPath: pki, toPath: copy)
        #expect(try await Assembly.installList(gateway.settings, list: two) == [root])
        await #expect(throws: (any Error).self) {
            try await Assembly.installList(gateway.settings, list: two)
        }
        // A copy of the folder from before knows nothing of the last list; the log does.
        try FileManager.default.removeItem(atPath: pki)
        try FileManager.default.moveItem(atPath: copy, toPath: pki)
        await #expect(throws: (any Error).self) {
            try await Assembly.installList(gateway.settings, list: two)
        }
        let steps = try gateway.journal().filter { $0["action"]?.string == "ca.rotate" }
            .compactMap { $0["detail"] }
        let asked = steps.filter { $0["step"]?.string == "install-crl" }
        #expect(asked.count == 5 && asked.allSatisfy { $0["uid"]?.integer == Int64(geteuid()) })
        #expect(steps.count { $0["listed"] == .array([.string(root)]) } == 2)
    }
}

extension Calendar {
    fileprivate static var utc: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }
}
