import NIOCore
import NIOSSL

/// Carries the verdict on a presented chain from the TLS library's callback to the gate; one a connection.
final class PeerVerdicts {
    /// Nil until a chain was presented and judged.
    private(set) var verdict: PeerVerdict?
    /// Why a presented chain was refused before the gate saw it.
    private(set) var failure: HandshakeFailure?

    private let gate: any PeerGate
    private let origin: PeerOrigin
    private let limits: Limits

    init(gate: any PeerGate, origin: PeerOrigin, limits: Limits) {
        self.gate = gate
        self.origin = origin
        self.limits = limits
    }

    /// The TLS library's callback: called on the event loop, once a full handshake.
    func judge(
        _ certificates: [NIOSSLCertificate],
        _ promise: EventLoopPromise<NIOSSLVerificationResultWithMetadata>
    ) {
        guard let chain = rawChain(certificates) else {
            failure = .chainTooLong
            promise.succeed(.failed)
            return
        }
        gate.verify(chain: chain, origin: origin).hop(to: origin.eventLoop).assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(.accepted(let peer)):
                    self.verdict = .accepted(peer)
                    promise.succeed(
                        .certificateVerified(
                            VerificationMetadata(ValidatedCertificateChain(certificates))))
                case .success(.refusedOnceProven(let refusal)):
                    // INVARIANT: the gate lets nothing through with this verdict; TLS only goes on to the proof.
                    self.verdict = .refusedOnceProven(refusal)
                    promise.succeed(
                        .certificateVerified(
                            VerificationMetadata(ValidatedCertificateChain(certificates))))
                case .success(.refused(let code, let reason)):
                    self.verdict = .refused(code: code, reason: reason)
                    promise.succeed(.failed)
                case .failure:
                    self.verdict = .refused(code: "verification_failed", reason: "no verdict")
                    promise.succeed(.failed)
                }
            }
    }

    private func rawChain(_ certificates: [NIOSSLCertificate]) -> [[UInt8]]? {
        guard !certificates.isEmpty, certificates.count <= limits.peerCertificatesMax else {
            return nil
        }
        var chain: [[UInt8]] = []
        for certificate in certificates {
            guard let der = try? certificate.toDERBytes(),
                der.count <= limits.peerCertificateBytesMax
            else { return nil }
            chain.append(der)
        }
        return chain
    }
}
