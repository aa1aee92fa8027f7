import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Whoever may go on no longer does not by a TLS session from before, on no listener.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct ResumptionTests {
    private let kept = ["-sess_in", "web.session"]

    /// Has `web` open a session that is known to resume.
    private func openSession(_ gateway: InProcessGateway) async throws {
        try await gateway.issue("web")
        _ = try await gateway.connect(.issued("web"), ["-sess_out", "web.session"])
        let again = try await gateway.answer(to: .issued("web"), kept)
        #expect(again.hasPrefix("HTTP/1.1 403"), "\(again)")
        #expect(try isResumed(gateway), "the session was not resumed")
    }

    /// Whether the last request came by a resumed session.
    private func isResumed(_ gateway: InProcessGateway) throws -> Bool {
        let record = try gateway.journal().last { $0["action"]?.string == "system.read" }
        return record?["client"]?["resumed"] == .bool(true)
    }

    @Test func ofATaintedAuthorityAFullHandshakeIsTakenAndNoSessionResumed() async throws {
        try await InProcessGateway().serving { gateway in
            try await openSession(gateway)
            let old = try await gateway.keyID(of: "data/pki/intermediate.pem")
            #expect(try await gateway.curl("POST", "/api/maxine/ca/rotate").status == 200)
            let tainted = try await gateway.curl(
                "POST", "/api/maxine/ca/taint", body: #"{"authority":"\#(old)"}"#)
            #expect(tainted.status == 200, "\(tainted.body)")
            for options in [kept, []] {
                let answer = try await gateway.answer(to: .issued("web"), options)
                #expect(answer.hasPrefix("HTTP/1.1 403"), "a full handshake is taken: \(answer)")
                #expect(try !isResumed(gateway), "\(options)")
            }
        }
    }

    @Test func ofARevokedAuthorityNothingIsTaken() async throws {
        try await InProcessGateway().serving { gateway in
            try await openSession(gateway)
            let old = try await gateway.keyID(of: "data/pki/intermediate.pem")
            #expect(try await gateway.curl("POST", "/api/maxine/ca/rotate").status == 200)
            // It ends the connection of the operator, whose certificate is of that authority.
            _ = try? await gateway.curl(
                "POST", "/api/maxine/ca/revoke", body: #"{"authority":"\#(old)"}"#)
            for options in [kept, []] {
                #expect(try await gateway.answer(to: .issued("web"), options) == "", "\(options)")
            }
        }
    }

    /// Neither asks for a certificate, so that a session from where one is shown may not stand for one there.
    @Test(arguments: ["people", "federation"])
    func aSessionOfTheServiceListenerSaysNothingOnOthers(listener: String) async throws {
        try await InProcessGateway().serving { gateway in
            try await openSession(gateway)
            let address = listener == "people" ? gateway.peopleAddress : gateway.federationAddress
            let (answer, complaints) = try await Shell.aside {
                let pipe = try TLSPipe(
                    gateway, as: .issued("web"), options: self.kept, at: address)
                pipe.send(TLSPipe.statusRequest)
                defer { pipe.close() }
                return (pipe.answer(), pipe.complaints)
            }
            let expected = listener == "people" ? "HTTP/1.1 401" : "HTTP/1.1 404"
            #expect(answer.hasPrefix(expected) || answer.isEmpty, "\(answer) \(complaints)")
            let taken = try gateway.journal().filter {
                $0["principal"]?["kind"]?.string == "service"
            }
            #expect(taken.count == 2, "the two of the service listener: \(taken.count)")
        }
    }
}
