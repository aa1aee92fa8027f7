internal import Foundation
internal import Logging
internal import NIOHTTP1
internal import PKI
internal import Policy
internal import StrictJSON

/// Gets the agent its own SVID: the first by a credential, each later one by the one before.
struct Joining: Sendable {
    let configuration: AgentConfiguration
    let link: GatewayLink
    let trust: TrustStore
    let clock: @Sendable () -> Int64

    /// The first identity, by the configured credential.
    ///
    /// - Throws: `AgentError`.
    func join() async throws(AgentError) -> AgentIdentity {
        switch configuration.credential {
        case nil:
            throw .notJoined(
                "the agent has no identity and no credential: make a join token with"
                    + " 'maxine token create --agent \(configuration.name)' and pass it by"
                    + " --join-token-file")
        case .joinToken(let token):
            return try await attest(token: token, bearer: nil, joining: true)
        case .bearer(let secret):
            return try await attest(token: nil, bearer: secret, joining: true)
        case .bearerFile(let path):
            guard let bytes = try AgentFiles.read(path) else { throw .files("no file \(path)") }
            let secret = String(decoding: bytes, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            return try await attest(token: nil, bearer: secret, joining: true)
        }
    }

    /// The next identity, by the present one.
    ///
    /// - Throws: `AgentError`.
    func renew() async throws(AgentError) -> AgentIdentity {
        try await attest(token: nil, bearer: nil, joining: false)
    }

    private func attest(
        token: String?, bearer: String?, joining: Bool
    ) async throws(AgentError) -> AgentIdentity {
        guard
            let id = AgentNames.spiffeID(
                configuration.name, trustDomain: configuration.trustDomain),
            let request = try? GeneratedSigningRequest(for: id)
        else { throw .misconfigured("'\(configuration.name)' can't name an agent") }
        var writer = JSONWriter(capacity: 2048)
        writer.raw("{\"csr\":")
        writer.string(request.csrPEM)
        if let token {
            writer.raw(",\"token\":")
            writer.string(token)
        }
        writer.raw("}")
        let answer = try await link.send(
            .POST, "/identity/attest", body: writer.bytes, bearer: bearer, joining: joining)
        guard let chain = answer["chain"]?.string else { throw .badAnswer("no chain") }
        let identity = try AgentIdentity(
            keyPEM: request.privateKeyPEM, chainPEM: chain, trust: trust, nowNanoseconds: clock())
        guard identity.spiffeID == id else { throw .badAnswer("it issued another identity") }
        return identity
    }
}
