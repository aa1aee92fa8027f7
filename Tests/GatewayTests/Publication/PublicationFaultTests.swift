import Foundation
@testable import Gateway
import Support
import Testing

/// What can't be signed is said once, tried again, and nothing is signed that the log does not have.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct PublicationFaultTests {
    private static let fault = "lists of revoked certificates are not signed"

    private func faults(_ gateway: InProcessGateway) -> Int {
        gateway.logText().split(separator: "\n").filter {
            $0.hasPrefix("error") && $0.contains(Self.fault)
        }.count
    }

    @Test func withoutTheLogNothingIsSignedAndItIsTriedAgainLater() async throws {
        let files = FaultyFiles()
        var outside = OutsideParts()
        outside.files = files
        let gateway = try InProcessGateway(outside: outside) { $0.listen.revocation = .anyPort }
        try await gateway.serving { gateway in
            let authority = try await gateway.keyID(of: "data/pki/intermediate.pem")
            let path = "/crl/\(authority).crl"
            let before = try await gateway.askPublic(path).headers["etag"]
            let made = try gateway.records("ca.crl").count
            gateway.clock.advance(by: .seconds(3_600))
            files.fail()
            for _ in 0..<3 { try await gateway.tick(.publication) }
            #expect(try await gateway.askPublic(path).headers["etag"] == before)
            #expect(faults(gateway) == 1, "\(gateway.logText())")
            gateway.clock.advance(by: .seconds(10))
            try await gateway.tick(.publication)
            #expect(faults(gateway) == 1, "said once")
            files.heal()
            while try await gateway.curl("GET", "/api/maxine/status").status == 503 {}
            #expect(try await gateway.page("/readyz").body.contains(Self.fault))
            gateway.clock.advance(by: .seconds(9))
            try await gateway.tick(.publication)
            #expect(try gateway.records("ca.crl").count == made, "too early")
            #expect(try await gateway.askPublic(path).headers["etag"] == before)
            gateway.clock.advance(by: .seconds(1))
            try await gateway.tick(.publication)
            #expect(try await gateway.askPublic(path).headers["etag"] != before)
            #expect(try await !gateway.page("/readyz").body.contains(Self.fault))
            #expect(faults(gateway) == 1)
        }
    }
}
