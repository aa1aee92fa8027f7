import Audit
import Gateway
import NIOConcurrencyHelpers
import Policy
import Proofs
import StrictJSON
import Support
import Testing
import Wire

/// Whoever tries secrets is slowed down, and nobody else is kept out.
@Suite(.timeLimit(.minutes(10))) struct SignOnLockoutTests {
    private static let policy = """
        maxine_policy: 1
        name: sign-on
        roles: { public: { actions: [session.create] } }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: public, subjects: [{ anonymous: true }] }
        """

    private func gateway() throws -> InProcessGateway {
        var outside = OutsideParts()
        outside.tables = [.people: [TrySecret.table]]
        return try InProcessGateway(policy: Self.policy, outside: outside) {
            // Each client names its own address; the proxy is believed.
            $0.trustedProxies = ["127.0.0.1"]
        }
    }

    /// One attempt from an address.
    private static func attempt(
        _ gateway: InProcessGateway, _ account: String, _ secret: String, from address: String
    ) async throws -> CurlAnswer {
        try await gateway.curl(
            "POST", "/try", body: #"{"account":"\#(account)","secret":"\#(secret)"}"#,
            headers: ["X-Forwarded-For: \(address)"], at: gateway.peopleAddress)
    }

    @Test func unknownAndWrongAreToldTheSameAndThenToWait() async throws {
        try await gateway().serving { gateway in
            var bodies: Set<String> = []
            for account in ["alice", "nobody"] {
                for spelling in [account, account.uppercased(), " \(account)"] {
                    let answer = try await Self.attempt(
                        gateway, spelling, "wrong", from: "198.51.100.1")
                    #expect(answer.status == 401)
                    bodies.insert(answer.body.replacing(/record \d+|"audit":\d+/, with: ""))
                }
                let refused = try await Self.attempt(
                    gateway, account, "right", from: "198.51.100.1")
                #expect(refused.status == 429, "right or wrong")
                #expect(refused.headers["retry-after"] == "1")
                #expect(refused.headers["ratelimit-policy"] == #""sign-on";q=3;w=3600"#)
                #expect(refused.headers["ratelimit"] == #""sign-on";r=0;t=1"#)
            }
            #expect(bodies.count == 1, "\(bodies)")
            let home = try await Self.attempt(gateway, "alice", "right", from: "203.0.113.1")
            #expect(home.status == 200, "from elsewhere at once: \(home.body)")
            gateway.clock.advance(by: .seconds(1))
            let later = try await Self.attempt(gateway, "alice", "right", from: "198.51.100.1")
            #expect(later.status == 200, "once it has waited")
        }
    }

    /// Failures are counted in memory: a restart gives whoever guesses the free attempts once more, and no longer.
    @Test func aRestartForgetsFailuresAndCountsAnew() async throws {
        let gateway = try gateway()
        for _ in 0..<2 {
            try await gateway.serving { gateway in
                var statuses: [Int] = []
                for _ in 0..<4 {
                    statuses.append(
                        try await Self.attempt(gateway, "alice", "wrong", from: "198.51.100.1")
                            .status)
                }
                #expect(statuses == [401, 401, 401, 429])
            }
        }
    }

    /// Strangers from everywhere: they delay each other and newcomers, hold nothing that others need, and keep nobody out.
    @Test func strangersDelayAndKeepNobodyOut() async throws {
        try await gateway().serving { gateway in
            let home = try await Self.attempt(gateway, "alice", "right", from: "203.0.113.1")
            #expect(home.status == 200)
            for stranger in 1..<10 {
                let answer = try await Self.attempt(
                    gateway, "alice", "wrong", from: "198.51.100.\(stranger)")
                #expect(answer.status == 401)
            }
            let isAnswered = NIOLockedValueBox(false)
            async let delayed = Self.noting(isAnswered) {
                try await Self.attempt(gateway, "alice", "right", from: "198.51.100.77")
            }
            // Hers is answered while that one waits, and so is another account's.
            let again = try await Self.attempt(gateway, "alice", "right", from: "203.0.113.1")
            #expect(again.status == 200)
            let other = try await Self.attempt(gateway, "bob", "right", from: "198.51.100.9")
            #expect(other.status == 200)
            #expect(!isAnswered.withLockedValue { $0 })
            while !isAnswered.withLockedValue({ $0 }) {
                gateway.clock.advance(by: .seconds(1))
                try await gateway.tick(.signOns)
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try await delayed.status == 200, "it was delayed, not refused")
        }
    }

    private static func noting(
        _ isDone: NIOLockedValueBox<Bool>,
        _ work: @Sendable () async throws -> CurlAnswer
    ) async throws -> CurlAnswer {
        defer { isDone.withLockedValue { $0 = true } }
        return try await work()
    }
}

/// Tries a secret on an account; the test's own operation.
struct TrySecret: SlowOperation {
    struct Success: Sendable {}

    let name: String
    let secret: String

    init(_ input: RouteInput) throws(Problem) {
        let body = try jsonBody(input.body)
        name = body["account"]?.string ?? ""
        secret = body["secret"]?.string ?? ""
    }

    static var action: Action { .sessionCreate }
    static var isChange: Bool { true }
    var resource: Resource { Resource() }
    var account: String? { name }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        if case .failure(let mismatch) = Clearance.check(
            permit, receipt, for: WantedOperation(Self.action))
        {
            return .failure(.internalError(mismatch.reason))
        }
        let isThere = !name.lowercased().contains("nobody")
        return isThere && secret == "right"
            ? .success(Success()) : .failure(.notAuthenticated("unknown user or wrong password"))
    }

    static let table = RouteTable(
        prefix: ["try"], unknownQuery: .refused, problems: Answer.problemDetails,
        routes: [
            Route(
                .post, [], takesBody: true,
                decode: { input throws(Problem) in try TrySecret(input) },
                encode: { _, _ in Answer(status: 200, body: []) })
        ])
}
