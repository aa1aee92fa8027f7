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
        let active = core.policies.current
        let asker = Asker(
            standing: Standing(
                active, active.subject(for: .anonymous),
                ClientFields(
                    ip: origin.remoteAddress?.ipAddress ?? "",
                    port: UInt16(clamping: origin.remoteAddress?.port ?? 0), resumed: resumed)),
            address: nil, request: lane.newRequestID())
        let record = Record(
            kind: .decision, request: asker.request, identity: asker.standing.identity,
            action: "tls.handshake", verdict: .deny, gate: Gate.authn.rawValue,
            reason: "\(code): \(reason)", policy: active.fragment)
        guard let done else { return lane.submit(record, .nothing, nil) }
        let reply = Reply(
            target: HandshakeReply(done), token: 0,
            asker: RequestAsker(request: asker.request, identity: asker.standing.identity),
            problems: Answer.problemDetails)
        lane.submit(record, .refuse(.notAuthenticated(reason)), reply)
    }
}

/// Lets a handshake fail once its refusal is on record, or can't be.
private final class HandshakeReply: ReplyTarget {
    private let done: EventLoopPromise<Void>

    init(_ done: EventLoopPromise<Void>) {
        self.done = done
    }

    var isActive: Bool { true }
    func answer(_ answer: Answer, _ receipt: ReceiptText, to reply: Reply) { done.succeed() }
    func flush() {}
}
