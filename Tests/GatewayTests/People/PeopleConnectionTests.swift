import Foundation
import Gateway
import Support
import Testing

/// Connections without a certificate: who makes room, whose they are, and which certificate they see.
@Suite struct PeopleConnectionTests {
    private let words = WordAuthenticator()

    private func gateway(
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws -> InProcessGateway {
        var outside = OutsideParts()
        outside.authenticators = [words]
        return try InProcessGateway(outside: outside, change)
    }

    private static func pipe(
        _ gateway: InProcessGateway, _ token: String?
    ) async throws -> (pipe: TLSPipe, answer: String) {
        try await Shell.aside {
            let pipe = try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
            return (pipe, Self.ask(pipe, token))
        }
    }

    private static func ask(_ pipe: TLSPipe, _ token: String?) -> String {
        let credential = token.map { "authorization: Bearer \($0)\r\n" } ?? ""
        pipe.send("GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n\(credential)\r\n")
        return pipe.answer()
    }

    /// Sixteen connections leave four to people, of which one may be of somebody who has shown nothing.
    @Test func whoHasShownNothingMakesRoomForOthersAndWhoHasDoesNot() async throws {
        let gateway = try gateway { $0.limits.connectionsMax = 16 }
        try await gateway.serving { gateway in
            let known = try await Self.pipe(gateway, "alice")
            #expect(known.answer.hasPrefix("HTTP/1.1 403 "), "\(known.answer)")
            let stranger = try await Self.pipe(gateway, nil)
            #expect(stranger.answer.hasPrefix("HTTP/1.1 401 "))
            // The first is left alone for a moment, see `unprovenGraceNanoseconds`; a client comes again.
            var next = try await Self.pipe(gateway, "bob")
            while next.answer.isEmpty { next = try await Self.pipe(gateway, "bob") }
            #expect(next.answer.hasPrefix("HTTP/1.1 403 "))
            let (isGone, isThere) = try await Shell.aside {
                (
                    stranger.pipe.waitForClose(),
                    Self.ask(known.pipe, "alice").hasPrefix("HTTP/1.1 403 ")
                )
            }
            #expect(isGone, "who has shown nothing has to go")
            #expect(isThere)
            for one in [known.pipe, stranger.pipe, next.pipe] { one.close() }
        }
    }

    @Test func aPrincipalHasItsShareOfConnectionsWhateverCredentialItCameWith() async throws {
        let gateway = try gateway { $0.limits.connectionsPerPrincipal = 1 }
        try await gateway.serving { gateway in
            let first = try await Self.pipe(gateway, "alice")
            #expect(first.answer.hasPrefix("HTTP/1.1 403 "))
            let second = try await Self.pipe(gateway, "alice")
            #expect(second.answer.hasPrefix("HTTP/1.1 429 "), "\(second.answer)")
            #expect(second.answer.contains("too-many-connections"))
            let other = try await Self.pipe(gateway, "bob")
            #expect(other.answer.hasPrefix("HTTP/1.1 403 "))
            for one in [first, second, other] { one.pipe.close() }
        }
    }

    @Test func theCertificateMayComeFromFilesAndIsTakenAnewWhenTheyChange() async throws {
        let files = try TestFolder()
        try await Self.makeCertificate("one.example", in: files)
        let gateway = try gateway {
            $0.people.certificatePath = files.path("people.pem")
            $0.people.keyPath = files.path("people.key")
        }
        try await gateway.serving { gateway in
            #expect(try await Self.subject(gateway).contains("one.example"))
            try await Self.makeCertificate("two.example", in: files)
            try await gateway.tick(.identity)
            #expect(try await Self.subject(gateway).contains("two.example"))
            try files.write("nothing", to: "people.pem")
            try await gateway.tick(.identity)
            #expect(try await Self.subject(gateway).contains("two.example"), "the old one stays")
            #expect(gateway.logText().contains("people.cert"))
        }
        await #expect(throws: (any Error).self) { try await gateway.serving { _ in } }
    }

    private static func makeCertificate(_ name: String, in folder: TestFolder) async throws {
        let made = try await Shell.run(
            aside: [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-keyout", "people.key",
                "-out", "people.pem", "-subj", "/CN=\(name)", "-addext",
                "subjectAltName=DNS:\(name)",
            ], directory: folder.url)
        #expect(made.status == 0, "\(made.error)")
    }

    /// Whose certificate the listener shows.
    private static func subject(_ gateway: InProcessGateway) async throws -> String {
        try await Shell.run(
            aside: [
                "openssl", "s_client", "-connect",
                String(gateway.peopleAddress.dropFirst("https://".count)),
            ], directory: gateway.folder
        ).output
    }
}
