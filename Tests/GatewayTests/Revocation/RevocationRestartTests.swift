import Foundation
import Gateway
import Support
import Testing

/// What is revoked stays so, whatever is put back from a copy.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct RevocationRestartTests {
    enum Left: CaseIterable {
        case all, logOnly, oldStore
    }

    @Test(arguments: Left.allCases)
    func noStartBringsACertificateToLife(left: Left) async throws {
        let first = try InProcessGateway()
        let store = first.folder.appending(path: "data/credentials.sqlite")
        let copy = first.folder.appending(path: "old.sqlite")
        try await first.serving { gateway in
            try await gateway.issue("web")
            try await gateway.issue("api")
        }
        try FileManager.default.copyItem(at: store, to: copy)
        try await InProcessGateway(clock: first.clock, folder: first.left).serving { gateway in
            let serial = try await gateway.serial(of: "api/svid.pem")
            #expect(try await gateway.revoke(#""serial":"\#(serial)""#).status == 200)
            let id = #""spiffeId":"\#(InProcessGateway.spiffeID("web"))""#
            #expect(try await gateway.revoke(id + #","issuance":"blocked""#).status == 200)
        }
        if left != .all { try FileManager.default.removeItem(at: store) }
        if left == .oldStore { try FileManager.default.copyItem(at: copy, to: store) }
        for _ in 0..<(Repetitions.areFew ? 1 : 2) {
            try await InProcessGateway(clock: first.clock, folder: first.left).serving { gateway in
                for service in ["web", "api"] {
                    let answer = try await gateway.answer(to: .issued(service))
                    #expect(answer.isEmpty, "\(service): \(answer)")
                }
                await #expect(throws: TestFault.self) { try await gateway.issue("web") }
            }
        }
    }

    @Test func aRevocationThatACrashCutOffHoldsFromTheNextStart() async throws {
        let first = try InProcessGateway()
        try await first.serving { gateway in
            try await gateway.issue("web")
            let id = #""spiffeId":"\#(InProcessGateway.spiffeID("web"))""#
            #expect(try await gateway.revoke(id).status == 200)
            let crashed = try gateway.asAfterACrash()
            try FileManager.default.copyItem(
                at: gateway.folder.appending(path: "web"),
                to: crashed.folder.appending(path: "web"))
            try await crashed.serving { next in
                #expect(try await next.answer(to: .issued("web")) == "")
                try await next.issue("web")
                #expect(try await next.answer(to: .issued("web")).hasPrefix("HTTP/1.1 403"))
            }
        }
    }

    @Test func aRevocationIsForgottenWhenWhateverItWasOnHasEnded() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            #expect(try await gateway.revoke(#""serial":"4f""#).status == 200)
            #expect(try await gateway.revoke(#""authority":"aabb""#).status == 200)
            #expect(gateway.revocations == 2)
            gateway.clock.setWall(by: .seconds(90 * 86_400 + 2 * 3_600))
            try await gateway.tick(.revocations)
            #expect(gateway.revocations == 2)
            gateway.clock.setWall(by: .seconds(2))
            try await gateway.tick(.revocations)
            #expect(gateway.revocations == 1)
        }
    }
}
