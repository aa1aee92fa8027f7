internal import Audit
internal import NIOCore
internal import PKI
internal import Policy
internal import Wire

/// Judges client certificates, and has every refusal on disk before the peer hears of it.
final class ClientGate: PeerGate {
    private let lanes: LaneTable
    private let core: GatewayCore

    init(lanes: LaneTable, core: GatewayCore) {
        self.lanes = lanes
        self.core = core
    }

    func verify(chain: [[UInt8]], origin: PeerOrigin) -> EventLoopFuture<PeerVerdict> {
        let verdict = core.verifier.verify(
            UnverifiedChain(derCertificates: chain), nowNanoseconds: core.now())
        return settle(verdict, origin, resumed: false)
    }

    func reverify(leaf: [UInt8], origin: PeerOrigin) -> EventLoopFuture<PeerVerdict> {
        let verdict = core.verifier.reverify(leafDER: leaf, nowNanoseconds: core.now())
        return settle(verdict, origin, resumed: true)
    }

    func handshakeFailed(_ failure: HandshakeFailure, origin: PeerOrigin) {
        if case .closedByPeer = failure { return }
        record(
            code: failure.code, reason: failure.reason, origin, resumed: false,
            done: nil)
    }

    private func settle(
        _ verdict: Result<VerifiedPeer, PeerRefusal>, _ origin: PeerOrigin, resumed: Bool
    ) -> EventLoopFuture<PeerVerdict> {
        switch verdict {
        case .success(let peer):
            return origin.eventLoop.makeSucceededFuture(.accepted(peer))
        case .failure(let refusal):
            let done = origin.eventLoop.makePromise(of: Void.self)
            record(
                code: refusal.code, reason: refusal.reason, origin, resumed: resumed, done: done)
            return done.futureResult.map { .refused(code: refusal.code, reason: refusal.reason) }
        }
    }

    private func record(
        code: String, reason: String, _ origin: PeerOrigin, resumed: Bool,
        done: EventLoopPromise<Void>?
    ) {
        core.metrics.handshakesRefused.add()
        guard let lane = lanes.lane(of: origin.eventLoop) else { return done?.succeed() ?? () }
        let nobody = Principal.anonymous
        let identity = IdentityFragment(
            principal: PrincipalFields(
                kind: nobody.kind.rawValue, id: nobody.id, auth: nobody.authentication.rawValue,
                roles: []),
            client: ClientFields(
                ip: origin.remoteAddress?.ipAddress ?? "",
                port: UInt16(clamping: origin.remoteAddress?.port ?? 0), resumed: resumed))
        lane.submit(
            Record(
                kind: .decision, request: lane.newRequestID(), identity: identity,
                action: "tls.handshake", verdict: .deny, gate: Gate.authn.rawValue,
                reason: "\(code): \(reason)", policy: core.policies.current.fragment),
            done.map { .failHandshake($0) } ?? .nothing, nil)
    }
}
