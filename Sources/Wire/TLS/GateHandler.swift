import NIOCore
import NIOSSL
import NIOTLS

/// Stands right behind the TLS handler and lets nothing through before the peer is accepted.
///
/// The TLS library asks for no certificate and calls no verification when it resumes a session, and its tickets can't be
/// switched off. So acceptance is decided here, after every handshake: by the verdict on the presented chain or, if none
/// was presented, by a new verdict on the resumed session's leaf; and with neither the connection ends.
final class GateHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let verdicts: PeerVerdicts?
    private let gate: (any PeerGate)?
    private let linger: RefusalLinger
    private let limits: Limits
    private let makeConnection: (TLSFacts) -> Connection
    private var deadline: Scheduled<Void>?
    private var held: [ByteBuffer] = []
    private var heldBytes = 0
    private var isDone = false
    private var hasHandshake = false
    private var isProvenRefusal = false
    private var drainOrder: DrainOrder?

    /// - Parameters:
    ///   - verdicts: where the verification callback puts its verdict; nil if no certificate is asked for.
    ///   - gate: judges resumed sessions and hears of failures.
    ///   - linger: told before the connection of a refused peer ends.
    ///   - limits: the limits in force.
    ///   - makeConnection: makes what takes the gate's place.
    init(
        verdicts: PeerVerdicts?, gate: (any PeerGate)?, linger: RefusalLinger, limits: Limits,
        makeConnection: @escaping (TLSFacts) -> Connection
    ) {
        self.verdicts = verdicts
        self.gate = gate
        self.linger = linger
        self.limits = limits
        self.makeConnection = makeConnection
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let time = TimeAmount.nanoseconds(limits.handshakeNanoseconds)
        let bound = context.eventLoop.assumeIsolated()
        deadline = bound.scheduleTask(in: time) { [weak self] in
            self?.fail(.timedOut, context: context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return }
        let buffer = unwrapInboundIn(data)
        heldBytes += buffer.readableBytes
        guard heldBytes <= limits.gateBytesMax else {
            fail(.tooEarlyData, context: context)
            return
        }
        held.append(ByteBuffer(buffer: buffer))
    }

    func channelReadComplete(context: ChannelHandlerContext) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let name)? = event as? TLSUserEvent {
            handshakeCompleted(name, context: context)
            return
        }
        if let order = event as? DrainOrder {
            drainOrder = order
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The TLS handler has said why, and closes the connection right after this.
        linger.want()
        fail(HandshakeFailure(error), context: context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.closedByPeer, context: context)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = nil
    }

    private func handshakeCompleted(_ name: String?, context: ChannelHandlerContext) {
        guard !isDone, !hasHandshake else { return }
        hasHandshake = true
        guard
            let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        else {
            fail(.other("no TLS handler"), context: context)
            return
        }
        let version: TLSFacts.Version =
            switch tls.tlsVersion {
            case .tlsv13: .tls13
            case .tlsv12: .tls12
            default: .other
            }
        var facts = TLSFacts(version: version, applicationProtocol: name, isResumed: false)
        guard let verdicts else {
            accept(facts, context: context)
            return
        }
        switch verdicts.verdict {
        case .accepted(let peer):
            facts.peer = peer
            accept(facts, context: context)
        case .refused: close(context: context)
        case .refusedOnceProven(let refusal): refuse(refusal, context: context)
        case nil:
            // INVARIANT: no verdict means that the callback did not run: a resumed session.
            facts.isResumed = true
            reverify(tls.peerCertificate, facts: facts, context: context)
        }
    }

    private func reverify(
        _ leaf: NIOSSLCertificate?, facts: TLSFacts, context: ChannelHandlerContext
    ) {
        guard let gate, let leaf, let der = try? leaf.toDERBytes() else {
            fail(.nothingToReverify, context: context)
            return
        }
        let origin = PeerOrigin(
            remoteAddress: context.channel.remoteAddress, eventLoop: context.eventLoop)
        gate.reverify(leaf: der, origin: origin).hop(to: context.eventLoop).assumeIsolated()
            .whenComplete { result in
                guard !self.isDone else { return }
                switch result {
                case .success(.accepted(let peer)):
                    var facts = facts
                    facts.peer = peer
                    self.accept(facts, context: context)
                case .success(.refusedOnceProven(let refusal)):
                    self.refuse(refusal, context: context)
                case .success(.refused), .failure: self.close(context: context)
                }
            }
    }

    /// The peer holds the key of a certificate that is refused: the record first, then the end.
    private func refuse(_ refusal: PendingRefusal, context: ChannelHandlerContext) {
        isProvenRefusal = true
        refusal.record().hop(to: context.eventLoop).assumeIsolated().whenComplete { _ in
            guard !self.isDone else { return }
            self.close(context: context)
        }
    }

    private func accept(_ facts: TLSFacts, context: ChannelHandlerContext) {
        guard !isDone, context.channel.isActive else { return }
        isDone = true
        deadline?.cancel()
        let held = self.held
        self.held = []
        let connection = makeConnection(facts)
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(connection, position: .after(self))
        } catch {
            close(context: context)
            return
        }
        for buffer in held { context.fireChannelRead(wrapInboundOut(buffer)) }
        if !held.isEmpty { context.fireChannelReadComplete() }
        if let drainOrder { context.fireUserInboundEventTriggered(drainOrder) }
        pipeline.removeHandler(linger, promise: nil)
        pipeline.removeHandler(context: context, promise: nil)
    }

    private func fail(_ failure: HandshakeFailure, context: ChannelHandlerContext) {
        guard !isDone else { return }
        if case .refused? = verdicts?.verdict {
            // Reported by the gate itself already.
        } else if isProvenRefusal {
            // Being reported.
        } else if let failure = verdicts?.failure {
            report(failure, context: context)
        } else {
            report(failure, context: context)
        }
        close(context: context)
    }

    private func report(_ failure: HandshakeFailure, context: ChannelHandlerContext) {
        gate?.handshakeFailed(
            failure,
            origin: PeerOrigin(
                remoteAddress: context.channel.remoteAddress, eventLoop: context.eventLoop))
    }

    private func close(context: ChannelHandlerContext) {
        isDone = true
        deadline?.cancel()
        held = []
        context.close(promise: nil)
    }
}
