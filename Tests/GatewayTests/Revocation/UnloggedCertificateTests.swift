import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Whoever has our authority's key can sign, and nobody takes what the log does not have.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct UnloggedCertificateTests {
    @Test func aLeafThatWasSignedElsewhereIsRefusedOnRecordAndRaisesAnAlarm() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            try await gateway.issue("web")
            let files = try await Self.forge(gateway)
            let answer = try await gateway.answer(to: files)
            #expect(answer.isEmpty, "\(answer)")
            #expect(try await gateway.answer(to: files).isEmpty)
            let record = try await gateway.awaitRecord { $0["action"]?.string == "tls.handshake" }
            #expect(
                record?["reason"]?.string?.hasPrefix("unlogged: ") == true, "\(record ?? .null)")
            let metrics = try await gateway.page("/metrics")
            #expect(metrics.body.contains("maxine_unlogged_certificates_total 2\n"))
            let own = try await gateway.answer(to: .issued("web"))
            #expect(own.hasPrefix("HTTP/1.1 403"), "the real one is taken: \(own)")
        }
        let log = try String(
            contentsOf: gateway.folder.appending(path: "serve.log"), encoding: .utf8)
        let lines = log.split(separator: "\n").filter {
            $0.hasPrefix("error") && $0.contains("somebody else signs with our authority's key")
        }
        #expect(lines.count == 1, "\(lines)")
        // Nor does a start forget what was issued, or learn what was not.
        try await InProcessGateway(clock: gateway.clock, folder: gateway.left).serving { gateway in
            let forged = try await gateway.answer(to: Self.forged)
            #expect(forged.isEmpty, "\(forged)")
            let own = try await gateway.answer(to: .issued("web"))
            #expect(own.hasPrefix("HTTP/1.1 403"), "\(own)")
        }
    }

    @Test func theSerialNumberOfALiveCertificateHelpsNobody() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            let serial = try await gateway.serial(of: "web/svid.pem")
            let files = try await Self.forge(gateway, serial: serial)
            #expect(try await gateway.serial(of: files.certificate) == serial)
            let answer = try await gateway.answer(to: files)
            #expect(answer.isEmpty, "\(answer)")
            let record = try await gateway.awaitRecord { $0["action"]?.string == "tls.handshake" }
            #expect(record?["reason"]?.string?.hasPrefix("unlogged: ") == true)
        }
    }

    /// Nor by a session, should a refused handshake have left one, nor on the listeners that ask for no certificate.
    @Test func aLeafThatWasSignedElsewhereIsNobodyOnEveryListener() async throws {
        try await InProcessGateway().serving { gateway in
            let files = try await Self.forge(gateway)
            let left = gateway.folder.appending(path: "forged.session").path
            let refused = try await gateway.answer(to: files, ["-sess_out", left])
            #expect(refused.isEmpty, "\(refused)")
            var ways: [[String]] = [[]]
            if FileManager.default.fileExists(atPath: left) { ways.append(["-sess_in", left]) }
            let listeners = [
                (gateway.serviceAddress, ""), (gateway.peopleAddress, "HTTP/1.1 401"),
                (gateway.federationAddress, "HTTP/1.1 404"),
            ]
            for (address, nobody) in listeners {
                for options in ways {
                    let answer = try await Shell.aside {
                        let pipe = try TLSPipe(gateway, as: files, options: options, at: address)
                        pipe.send(TLSPipe.statusRequest)
                        defer { pipe.close() }
                        return pipe.answer()
                    }
                    let isRefused = answer.isEmpty && (nobody.isEmpty || !options.isEmpty)
                    let isNobody = !nobody.isEmpty && answer.hasPrefix(nobody)
                    #expect(isRefused || isNobody, "\(address) \(options): \(answer)")
                }
            }
            let known = try gateway.journal().filter {
                $0["principal"]?["kind"]?.string == "service"
            }
            #expect(known.isEmpty, "\(known)")
        }
    }

    @Test func whatWasIssuedRightBeforeACrashIsGood() async throws {
        let gateway = try InProcessGateway()
        for _ in 0..<Repetitions.of(10) {
            try await gateway.serving { gateway in
                try await gateway.issue("web")
                let crashed = try gateway.asAfterACrash()
                try FileManager.default.copyItem(
                    at: gateway.folder.appending(path: "web"),
                    to: crashed.folder.appending(path: "web"))
                try await crashed.serving { next in
                    let answer = try await next.answer(to: .issued("web"))
                    #expect(answer.hasPrefix("HTTP/1.1 403"), "\(answer)")
                }
            }
        }
    }

    @Test func theRecordSaysWhoGotWhatByWhichAuthority() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            let authority = try await gateway.keyID(of: "data/pki/intermediate.pem")
            let outcome = try await gateway.awaitRecord {
                $0["type"]?.string == "outcome" && $0["action"]?.string == "identity.issue"
            }
            let detail = try #require(outcome?["detail"])
            #expect(detail["spiffe_id"]?.string == InProcessGateway.spiffeID("web"))
            #expect(detail["authority"]?.string == authority)
            let serial = try await gateway.serial(of: "web/svid.pem")
            #expect(detail["serial"]?.string == serial.lowercased())
            #expect(detail["certificate"]?.string?.count == 64)
            #expect(outcome?["principal"]?["id"]?.string?.hasSuffix("/operator/operator") == true)
            let own = try gateway.journal().filter {
                $0["action"]?.string == "identity.certificate"
            }
            let names = own.compactMap { $0["detail"]?["spiffe_id"]?.string }
            #expect(names.contains { $0.hasSuffix("/operator/operator") }, "\(names)")
            #expect(names.contains { $0.hasSuffix("/svc/maxine") }, "\(names)")
        }
    }

    private static let forged = IdentityFiles(
        certificate: "forged.pem", key: "forged.key", chain: "data/pki/intermediate.pem")

    /// A leaf as good as any, signed with the gateway's own key, but not by the gateway.
    private static func forge(
        _ gateway: InProcessGateway, serial: String? = nil
    ) async throws -> IdentityFiles {
        var plan = OpenSSLAuthority.Plan()
        plan.begins = gateway.clock.date.addingTimeInterval(-60)
        plan.ends = gateway.clock.date.addingTimeInterval(600)
        plan.serial = serial
        return try await Shell.aside { [plan] in
            try OpenSSLAuthority(intermediateOf: gateway.folder).issue("forged", plan)
        }
    }
}
