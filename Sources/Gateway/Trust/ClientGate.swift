internal import Audit
internal import NIOCore
internal import PKI
internal import Policy
internal import Wire

/// Judges client certificates, and has every refusal on disk before the peer hears of it.
final class ClientGate: PeerGate {
    private let lanes: LaneTable
    private let core: GatewayCore
    private let alarm: UnloggedAlarm
    /// Anybody can present a certificate that he has seen; only so many of those are recorded without proof.
    private let unproven = RateMeter(
        Rate(perSecond: NoiseLimits.unprovenPerSecond, burst: NoiseLimits.unprovenBurst))

    init(lanes: LaneTable, core: GatewayCore, alarm: UnloggedAlarm) {
        self.alarm = alarm
        self.lanes = lanes
        self.core = core
    }

    func verify(chain: [[UInt8]], origin: PeerOrigin) -> EventLoopFuture<PeerVerdict> {
        let presented = UnverifiedChain(derCertificates: chain)
        let verdict = core.verifier.verify(presented, nowNanoseconds: core.now())
        return settle(verdict, origin, resumed: false) { $0.isOurs(presented) }
    }

    func reverify(leaf: [UInt8], origin: PeerOrigin) -> EventLoopFuture<PeerVerdict> {
        let verdict = core.verifier.reverify(leafDER: leaf, nowNanoseconds: core.now())
        // Only who was let in once has a session to resume.
        return settle(verdict, origin, resumed: true) { _ in true }
    }

    func handshakeFailed(_ failure: HandshakeFailure, origin: PeerOrigin) {
        if case .closedByPeer = failure { return }
        refuseStranger(
            Cause(code: failure.code, reason: failure.reason, resumed: false), origin, done: {})
    }

    private func settle(
        _ verdict: Result<VerifiedPeer, PeerRefusal>, _ origin: PeerOrigin, resumed: Bool,
        _ isOurs: (SVIDVerifier) -> Bool
    ) -> EventLoopFuture<PeerVerdict> {
        switch verdict {
        case .success(let peer):
            return origin.eventLoop.makeSucceededFuture(.accepted(peer))
        case .failure(let refusal):
            let cause = Cause(code: refusal.code, reason: refusal.reason, resumed: resumed)
            if case .unlogged = refusal {
                core.metrics.unlogged.add()
                alarm.raise(refusal.reason, from: origin.remoteAddress?.ipAddress)
            }
            let refused = PeerVerdict.refused(code: refusal.code, reason: refusal.reason)
            guard isOurs(core.verifier) else {
                let done = origin.eventLoop.makePromise(of: Void.self)
                refuseStranger(cause, origin, done: { done.succeed() })
                return done.futureResult.map { refused }
            }
            guard resumed || unproven.take(at: core.now()) == nil else {
                return origin.eventLoop.makeSucceededFuture(
                    .refusedOnceProven(PendingRefusal { self.refuseOwn(cause, origin) }))
            }
            return refuseOwn(cause, origin).map { refused }
        }
    }

    /// A certificate that our authorities signed: each refusal is a record, whatever it costs.
    private func refuseOwn(_ cause: Cause, _ origin: PeerOrigin) -> EventLoopFuture<Void> {
        core.metrics.handshakesRefused.add()
        guard let lane = lanes.lane(of: origin.eventLoop) else {
            return origin.eventLoop.makeSucceededVoidFuture()
        }
        let done = origin.eventLoop.makePromise(of: Void.self)
        let asker = asker(origin, resumed: cause.resumed)
        let reply = Reply(
            target: HandshakeReply(done), token: 0,
            asker: RequestAsker(request: asker.request, identity: asker.standing.identity),
            problems: Answer.problemDetails)
        lane.submit(
            record(of: cause, asker), .refuse(.notAuthenticated(cause.reason)), reply)
        return done.futureResult
    }

    private func refuseStranger(
        _ cause: Cause, _ origin: PeerOrigin, done: @escaping @Sendable () -> Void
    ) {
        core.metrics.handshakesRefused.add()
        let kind = RefusalKind(
            action: Self.action, gate: Gate.authn.rawValue, code: cause.code, status: nil)
        core.noise.refused(
            kind, of: ClientSource(origin.remoteAddress?.ipAddress),
            record: { record(of: cause, asker(origin, resumed: cause.resumed)) },
            done: done)
    }

    private static let action = "tls.handshake"

    private struct Cause: Sendable {
        let code: String
        let reason: String
        let resumed: Bool

        var text: String {
            let whole = "\(code): \(reason)"
            return String(decoding: whole.utf8.prefix(NoiseLimits.reasonBytes), as: UTF8.self)
        }
    }

    private func asker(_ origin: PeerOrigin, resumed: Bool) -> Asker {
        let active = core.policies.current
        var numbers = RequestNumbers()
        return Asker(
            standing: Standing(
                active, active.subject(for: .anonymous),
                ClientFields(
                    ip: origin.remoteAddress?.ipAddress ?? "",
                    port: UInt16(clamping: origin.remoteAddress?.port ?? 0), resumed: resumed),
                seal: .none),
            address: nil, request: numbers.next())
    }

    private func record(of cause: Cause, _ asker: Asker) -> Record {
        Record(
            kind: .decision, request: asker.request, identity: asker.standing.identity,
            action: Self.action, verdict: .deny, gate: Gate.authn.rawValue,
            reason: cause.text,
            policy: asker.standing.active.fragment)
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
