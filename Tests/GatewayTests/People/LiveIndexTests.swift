import Auth
import Foundation
import Gateway
import PKI
import Policy
import Support
import Testing

/// What is open of somebody ends when that one loses the right to it, within a second.
@Suite struct LiveIndexTests {
    private static let alice = Principal(kind: .user, id: "alice", authentication: .jwt)

    private func gateway() throws -> InProcessGateway {
        var outside = OutsideParts()
        outside.authenticators = [WordAuthenticator()]
        return try InProcessGateway(outside: outside)
    }

    private static func open(
        _ gateway: InProcessGateway, _ token: String?, isService: Bool = false
    ) async throws -> TLSPipe {
        try await Shell.aside {
            let pipe = try TLSPipe(
                gateway, as: isService ? .operator : nil,
                at: isService ? gateway.serviceAddress : gateway.peopleAddress)
            #expect(ask(pipe, token).hasPrefix("HTTP/1.1 "))
            return pipe
        }
    }

    private static func ask(_ pipe: TLSPipe, _ token: String?) -> String {
        let credential = token.map { "authorization: Bearer \($0)\r\n" } ?? ""
        pipe.send("GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n\(credential)\r\n")
        return pipe.answer()
    }

    private static func isGone(_ pipe: TLSPipe) async throws -> Bool {
        try await Shell.aside { pipe.waitForClose(seconds: 1) }
    }

    enum Kind: CaseIterable { case principal, credential }

    @Test(arguments: Kind.allCases)
    func allOfOneEndAndNothingOfOthers(kind: Kind) async throws {
        try await gateway().serving { gateway in
            let own = [
                try await Self.open(gateway, "alice"), try await Self.open(gateway, "alice"),
                try await Self.open(gateway, "alice", isService: true),
            ]
            let others = [
                try await Self.open(gateway, "bob"), try await Self.open(gateway, nil),
                try await Self.open(gateway, nil, isService: true),
            ]
            let owner =
                switch kind {
                case .principal: LiveOwner(Self.alice)
                case .credential: LiveOwner(.bearer(RawToken(Array("alice".utf8))))
                }
            #expect(await gateway.end(owner) == own.count)
            for pipe in own { #expect(try await Self.isGone(pipe)) }
            for pipe in others {
                let answer = try await Shell.aside { Self.ask(pipe, nil) }
                #expect(answer.hasPrefix("HTTP/1.1 "), "whoever is not meant goes on")
            }
            #expect(await gateway.end(owner) == 0, "what is gone is forgotten")
            let later = try await Self.open(gateway, "alice")
            for pipe in own + others + [later] { pipe.close() }
        }
    }

    @Test func aPrincipalByItsCertificateLosesItsConnections() async throws {
        try await gateway().serving { gateway in
            let pipe = try await Shell.aside { try TLSPipe(gateway) }
            // It has asked nothing; a moment later its handshake is through.
            while await gateway.end(LiveOwner(.operator("operator"))) == 0 { await Task.yield() }
            #expect(try await Self.isGone(pipe))
            pipe.close()
        }
    }
}
