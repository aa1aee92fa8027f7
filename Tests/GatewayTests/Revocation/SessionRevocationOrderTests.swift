import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Sessions that were opened with a certificate, while the record of its revocation is being written: they come by any connection.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct SessionRevocationOrderTests {
    /// A gateway with a session of the operator, and alice, who revokes.
    private struct House: Sendable {
        let gateway: InProcessGateway
        let alice: OperatorClient
        let secret: String

        /// A connection to the people listener.
        func connect() async throws -> TLSPipe {
            try await Shell.aside { try TLSPipe(gateway, as: nil, at: gateway.peopleAddress) }
        }

        func whoAmI() -> String {
            "GET /api/maxine/auth/whoami HTTP/1.1\r\nhost: localhost\r\n"
                + "authorization: Bearer \(secret)\r\n\r\n"
        }

        /// Changes of one instance take turns.
        func registration() -> String {
            let body = #"{"address":"10.0.0.7","port":80,"ttlSeconds":300}"#
            return "PUT /api/maxine/services/web/instances/web-1 HTTP/1.1\r\nhost: localhost\r\n"
                + "authorization: Bearer \(secret)\r\ncontent-type: application/json\r\n"
                + "content-length: \(body.utf8.count)\r\n\r\n\(body)"
        }

        /// Records that allow the operator something, with their places.
        func allowed() throws -> [(offset: Int, element: JSONValue)] {
            try gateway.journal().enumerated().filter {
                $0.element["principal"]?["id"]?.string == operatorID
                    && $0.element["decision"]?.string == "allow"
            }
        }

        func revocation() throws -> Int? {
            try gateway.journal().firstIndex {
                $0["type"]?.string == "intent" && $0["action"]?.string == "ca.revoke"
            }
        }
    }

    private static let operatorID = "spiffe://maxine.local/operator/operator"
    private static let denied = #"maxine_requests_total{result="deny"}"#
    private static let allowed = #"maxine_requests_total{result="allow"}"#
    private let files = FaultyFiles()

    // What is done between login and alice is handed on.
    private func serving<R: Sendable>(
        _ prepare: @escaping @Sendable (InProcessGateway) async throws -> R,
        _ body: @escaping @Sendable (House, R) async throws -> Void
    ) async throws {
        var outside = OutsideParts()
        outside.files = files
        outside.journalRetrySeconds = 0.01
        try await InProcessGateway(outside: outside).serving { [files] gateway in
            try await gateway.awaitSocket()
            let login = try await gateway.curl(
                "POST", "/api/maxine/auth/login", body: #"{"cookie":false}"#)
            let secret = try #require(
                try StrictJSON.parse(Array(login.body.utf8))["session"]?.string)
            let prepared = try await prepare(gateway)
            _ = try await Assembly.createOperator(gateway.settings, name: "alice")
            let house = House(
                gateway: gateway, alice: try await OperatorClient(gateway, as: "alice"),
                secret: secret)
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(house, prepared))
            } catch {
                result = .failure(error)
            }
            files.letGo()
            try await house.alice.end()
            try result.get()
        }
    }

    /// What is asked for is denied, and not allowed.
    private func expectDenial(
        _ gateway: InProcessGateway, of ask: @Sendable () async throws -> Void
    ) async throws {
        let (denied, allowed) = (
            try await gateway.metric(Self.denied), try await gateway.metric(Self.allowed)
        )
        try await ask()
        var isAllowed = false
        while try await gateway.metric(Self.denied) == denied, !isAllowed {
            isAllowed = try await gateway.metric(Self.allowed) > allowed
        }
        #expect(!isAllowed, "allowed while the record was being written")
    }

    @Test(arguments: ["serial", "spiffeId", "authority"])
    func nothingIsAllowedBehindTheRecord(by: String) async throws {
        try await serving(
            { gateway in
                switch by {
                case "serial": return try await gateway.serial(of: "certs/operator.pem")
                case "authority":
                    let old = try await gateway.keyID(of: "data/pki/intermediate.pem")
                    // Another one signs alice's.
                    #expect(try await gateway.curl("POST", "/api/maxine/ca/rotate").status == 200)
                    return old
                default: return Self.operatorID
                }
            },
            { [files] house, named in
                let pipe = try await house.connect()
                try await Shell.aside {
                    pipe.send(house.whoAmI())
                    #expect(pipe.answer().hasPrefix("HTTP/1.1 200"), "\(pipe.complaints)")
                }
                files.hold()
                async let answer = house.alice.revoke("\"\(by)\":\"\(named)\"", why: "drill")
                await files.held.until(1)
                try await expectDenial(house.gateway) {
                    try await Shell.aside { pipe.send(house.whoAmI()) }
                }
                files.letGo()
                #expect(try await answer.contains("endedConnections"))
                #expect(try await Shell.aside { pipe.answer().hasPrefix("HTTP/1.1 401") })
                let revocation = try #require(try house.revocation())
                let behind = try house.allowed().filter { $0.offset > revocation }
                #expect(behind.isEmpty, "\(behind)")
            })
    }

    @Test func aChangeThatWaitsForItsTurnIsRefused() async throws {
        try await serving(
            { _ in },
            { [files] house, _ in
                let (first, second, third) = (
                    try await house.connect(), try await house.connect(), try await house.connect()
                )
                files.hold()
                let allowed = try await house.gateway.metric(Self.allowed)
                try await Shell.aside { first.send(house.registration()) }
                await files.held.until(1)
                try await Shell.aside {
                    second.send(house.registration())
                    third.send(house.whoAmI())
                }
                // It was decided after the one that waits, if they came in this order.
                while try await house.gateway.metric(Self.allowed) < allowed + 2 {}
                async let answer = house.alice.revoke(
                    "\"spiffeId\":\"\(Self.operatorID)\"", why: "drill")
                try await expectDenialInTime(house)
                files.letGo()
                #expect(try await answer.contains("endedConnections"))
                let registered = try house.allowed().filter {
                    $0.element["action"]?.string == "service.register"
                }
                #expect(registered.count == 1, "the other waited for its turn: \(registered)")
                #expect(try await Shell.aside { first.answer().hasPrefix("HTTP/1.1 ") })
            })
    }

    /// Asks, each time on another connection since the one before may wait, until one is denied: from then on all event loops know.
    private func expectDenialInTime(_ house: House) async throws {
        let denied = try await house.gateway.metric(Self.denied)
        var pipes: [TLSPipe] = []
        while try await house.gateway.metric(Self.denied) == denied, pipes.count < 50 {
            let pipe = try await house.connect()
            try await Shell.aside { pipe.send(house.whoAmI()) }
            pipes.append(pipe)
        }
        #expect(pipes.count < 50, "nothing is denied")
    }

    @Test func aRevocationThatCantBeRecordedLeavesTheSessionAsItWas() async throws {
        try await serving(
            { _ in },
            { [files] house, _ in
                files.fail()
                let revoke = "\"spiffeId\":\"\(Self.operatorID)\""
                #expect(try await house.alice.revoke(revoke, why: "drill").contains("audit"))
                files.heal()
                while try await house.gateway.curl("GET", "/api/maxine/status").status == 503 {}
                let pipe = try await house.connect()
                let told = try await Shell.aside {
                    pipe.send(house.whoAmI())
                    return pipe.answer()
                }
                #expect(told.hasPrefix("HTTP/1.1 200"), "\(told)")
            })
    }
}
