import Auth
import Crypto
import Foundation
import StrictJSON
import Support

@testable import Gateway

/// A gateway whose people are those of a directory, with two operators and somebody who is to be erased.
struct ErasureHouse: Sendable {
    static let policy = """
        maxine_policy: 1
        name: erasing
        roles:
          public: { actions: [session.create] }
          team: { actions: [service.*, key.*, audit.erase, system.read] }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: team, subjects: [{ group: corp/ops }, { api_key_scope: all }] }
          - { role: public, subjects: [{ anonymous: true }] }
        acl:
          - { id: team, effect: allow, subjects: [role:team], actions: [service.*], resources: { services: ["*"] } }
          - { id: admins, effect: allow, subjects: [role:admin], actions: [identity.issue], resources: { services: ["*"], namespaces: ["*"] } }
        """
    static let erasures = "/api/maxine/audit/erasures"
    /// What the person is called, sends and comes from: bytes that nothing else has.
    static let name = "canaria.person"
    static let agent = "canary-agent/7"
    static let address = "127.83.19.7"

    let directory = TestDirectory([
        name: .init(groups: ["ops", "canary-group"]), "bob": .init(), "carol": .init(),
    ])

    func gateway(
        on left: TestFolder? = nil, clock: TestClock = TestClock(),
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws -> InProcessGateway {
        var outside = WatchQuietly.parts
        outside.providers = [directory]
        return try InProcessGateway(
            policy: Self.policy, outside: outside, clock: clock, folder: left, change)
    }

    /// What must be in no file once the person is erased.
    static let canaries: [String: Data] = {
        var canaries = [
            "name": Data(name.utf8), "agent": Data(agent.utf8), "address": Data(address.utf8),
            "group": Data("canary-group".utf8),
        ]
        for name in ["corp/" + name, name] {
            let digest = Data(SHA256.hash(data: Array("user\0\(name)".utf8)))
            canaries["digest of \(name)"] = digest.prefix(16)
            canaries["digest of \(name), written out"] = Data(
                digest.prefix(16).map { String(format: "%02x", $0) }.joined().utf8)
        }
        return canaries
    }()

    static func proposal(_ user: String = "corp/" + name, reason: String = "letter 7") -> String {
        #"{"user":"\#(user)","reason":"\#(reason)"}"#
    }
}

extension InProcessGateway {
    /// Makes another operator, whose files lie in a folder of that name.
    func makeOperator(_ name: String) async throws {
        let made = try await renew(
            id: "spiffe://maxine.local/operator/\(name)", as: nil, to: name,
            at: "/api/maxine/identity/operators")
        guard made.status == 200 else {
            throw TestFault(description: "\(made.status) \(made.body)")
        }
    }

    /// Signs the person on as a browser of theirs does.
    func signOnPerson(_ user: String = ErasureHouse.name) async throws -> OpenedSession {
        try OpenedSession(
            await askAsPerson("POST", Self.auth + "login", DirectoryFixture.body(user)))
    }

    /// Sends a request from where the person is, by what they use.
    func askAsPerson(
        _ method: String, _ path: String, _ body: String? = nil, headers: [String] = []
    ) async throws -> CurlAnswer {
        try await curl(
            method, path, body: body, headers: headers + ["user-agent: \(ErasureHouse.agent)"],
            options: ["--interface", ErasureHouse.address], at: peopleAddress)
    }

    func propose(
        _ body: String = ErasureHouse.proposal(), as identity: String? = nil
    ) async throws -> CurlAnswer {
        try await curl("POST", ErasureHouse.erasures, body: body, as: identity)
    }

    func confirm(_ id: String, as identity: String? = nil) async throws -> CurlAnswer {
        try await curl("POST", "\(ErasureHouse.erasures)/\(id)/confirm", as: identity)
    }
}
