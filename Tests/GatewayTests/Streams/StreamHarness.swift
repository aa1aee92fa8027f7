import Auth
import Gateway
import NIOConcurrencyHelpers
import Policy
import StrictJSON
import Support

/// A gateway with the sample streams, and what a test does with it.
struct StreamHarness: Sendable {
    static let policy = policy("streams")

    /// Operators and alice may watch and read all services, but for what `rule` says.
    static func policy(_ name: String, _ rule: String = "") -> String {
        """
        maxine_policy: 1
        name: \(name)
        roles: { watcher: { actions: [service.read, service.watch] } }
        bindings:
          - { role: watcher, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }, { user: alice }] }
        acl:
          - id: watchers
            effect: allow
            subjects: [role:watcher]
            actions: [service.read, service.watch]
            resources: { services: ["*"], namespaces: ["*"] }
        \(rule)
        """
    }

    static let notTheFeed =
        "  - { id: not-the-feed, effect: deny, subjects: [role:watcher], actions: [service.watch, service.read], resources: { services: [feed], namespaces: [default] } }"

    let streams = SampleStreams()
    let tokens: Tokens
    let gateway: InProcessGateway

    var feed: Feed { streams.feed }

    init(
        numbers: Int = 300_000, _ change: (inout SlowLaneSettings) -> Void = { _ in }
    ) throws {
        let clock = TestClock()
        tokens = Tokens(until: clock.nanoseconds + 3_600_000_000_000)
        var outside = OutsideParts()
        outside.tables = [.service: [streams.table(numbers: numbers)]]
        outside.authenticators = [tokens]
        change(&outside.slowLane)
        gateway = try InProcessGateway(policy: Self.policy, outside: outside, clock: clock)
    }

    /// Has the open streams judged again.
    func judge() async throws { try await gateway.tick(.streams) }

    /// The closing record of the last stream of an action, which rides a batch of its own.
    func closing(_ action: String) async throws -> JSONValue {
        let record = try await gateway.awaitRecord {
            $0["action"]?.string == action && $0["type"]?.string == "outcome"
        }
        guard let record else { throw TestFault(description: "no closing record of \(action)") }
        return record
    }

}

extension JSONValue {
    /// The end that a closing record names, with the items and bytes that went out before it.
    var streamEnd: String { self["detail"]?["stream"]?["end"]?.string ?? "" }
    var streamItems: Int? { self["detail"]?["stream"]?["items"]?.integer.map { Int($0) } }
    var streamBytes: Int? { self["detail"]?["stream"]?["bytes"]?.integer.map { Int($0) } }
}

/// Knows alice by the token `alice`, until a time and until it is revoked.
final class Tokens: Authenticator, Sendable {
    private let isRevoked = NIOLockedValueBox(false)
    private let until: Int64

    init(until: Int64) { self.until = until }

    var generation: UInt64 { isRevoked.withLockedValue { $0 ? 1 : 0 } }

    func revoke() { isRevoked.withLockedValue { $0 = true } }

    func authenticate(_ credential: Credential, nowNanoseconds now: Int64) -> Authentication {
        guard case .bearer(let token) = credential else { return .notMine }
        guard token.bytes == Array("alice".utf8), now < until,
            !isRevoked.withLockedValue({ $0 })
        else { return .refused(.invalidToken) }
        return .principal(
            Principal(kind: .user, id: "alice", authentication: .jwt),
            validUntilNanoseconds: until)
    }
}
