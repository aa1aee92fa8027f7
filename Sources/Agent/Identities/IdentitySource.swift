internal import Foundation
internal import NIOHTTP1
internal import PKI
internal import StrictJSON

/// Asks the gateway for the SVIDs of entries; keys are made here and never leave the machine but to their workload.
struct IdentitySource: TokenSource {
    let link: GatewayLink
    let trust: TrustStore
    let clock: @Sendable () -> Int64

    /// A new X509-SVID of an entry, with a new key.
    ///
    /// - Throws: `AgentError`.
    func identity(of entry: RegistrationEntry) async throws(AgentError) -> HeldIdentity {
        guard let request = try? GeneratedSigningRequest(for: entry.spiffeID) else {
            throw .badAnswer("no signing request for \(entry.spiffeID)")
        }
        var writer = JSONWriter(capacity: 2048)
        writer.raw("{\"csr\":")
        writer.string(request.csrPEM)
        writer.raw("}")
        let answer = try await link.send(
            .POST, "/identity/entries/\(entry.id)/x509-svids", body: writer.bytes)
        guard let chainPEM = answer["chain"]?.string else { throw .badAnswer("no chain") }
        let now = clock()
        let chain = try IssuedChain(
            keyPEM: request.privateKeyPEM, chainPEM: chainPEM, trust: trust, nowNanoseconds: now)
        guard chain.peer.spiffeID == entry.spiffeID else {
            throw .badAnswer("it issued another identity")
        }
        return HeldIdentity(
            entry: entry, certificates: chain.certificates, chainPEM: chainPEM,
            key: chain.key, keyPEM: request.privateKeyPEM,
            expiresNanoseconds: chain.peer.notAfterNanoseconds,
            renewNanoseconds: Halftime.of(from: now, to: chain.peer.notAfterNanoseconds))
    }

    func token(
        of entry: RegistrationEntry, audience: [String]
    ) async throws(AgentError) -> HeldToken {
        var writer = JSONWriter()
        writer.raw("{\"audience\":")
        writer.strings(audience)
        writer.raw("}")
        let answer = try await link.send(
            .POST, "/identity/entries/\(entry.id)/jwt-svids", body: writer.bytes)
        guard let text = answer["svid"]?.string else { throw .badAnswer("no token") }
        let now = clock()
        switch JWTSVIDVerifier(trust: trust).verify(
            text, audience: audience.first ?? "", nowNanoseconds: now)
        {
        case .success(let token):
            guard token.spiffeID == entry.spiffeID else {
                throw .badAnswer("it issued another identity")
            }
            let end = token.expiresAtSeconds * 1_000_000_000
            return HeldToken(
                text: text, expiresNanoseconds: end,
                renewNanoseconds: now + (end - now) / 2)
        case .failure(let refusal):
            throw .badAnswer("its token is not valid: \(refusal.reason)")
        }
    }
}

/// When something is renewed: at half of its life, give or take a tenth of that, so that a fleet does not ask at once.
enum Halftime {
    static func of(from start: Int64, to end: Int64) -> Int64 {
        let half = max(0, end - start) / 2
        return start + half + Int64(Double(half) * Double.random(in: -0.1...0.1))
    }
}
