import NIOConcurrencyHelpers
public import NIOCore
import NIOPosix
import NIOSSL

/// Where and how a listener listens.
public struct ListenerSettings: Sendable {
    /// An IPv4 or IPv6 address.
    public var host: String
    /// The port; 0 lets the system choose.
    public var port: Int
    /// TLS; nil for a listener in the clear.
    public var tls: TLSContextBox?
    /// Judges client certificates; without one a context that requires them refuses all peers.
    public var peerGate: (any PeerGate)?
    /// Whether a finished handshake shows who the peer is; where no certificate is asked for, `Connection.prove` says so, or nobody.
    public var provesByHandshake = true
    /// Whether a listener in the clear bounds connections by source and lets new ones take old ones' places, too.
    public var makesRoomForStrangers = false
    /// The limits of its connections.
    public var limits = Limits()
    /// Makes the handler of a new connection, on the connection's event loop.
    public var makeHandler: @Sendable (any EventLoop) -> any ConnectionHandler

    /// Makes the settings of a listener.
    public init(
        host: String, port: Int, tls: TLSContextBox?, peerGate: (any PeerGate)? = nil,
        limits: Limits = Limits(),
        makeHandler: @escaping @Sendable (any EventLoop) -> any ConnectionHandler
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.peerGate = peerGate
        self.limits = limits
        self.makeHandler = makeHandler
    }
}

/// One listening socket and all its connections.
public final class Listener: Sendable {
    /// Counters since the start.
    public struct Counters: Sendable, Equatable {
        /// Connections taken on.
        public var accepted = 0
        /// Connections closed at once, since there were too many.
        public var refused = 0
        /// Connections closed before they showed who they are, to make room for newer ones.
        public var crowdedOut = 0
        /// Connections open now.
        public var open = 0
    }

    private struct State: Sendable {
        var counters = Counters()
        var unproven: UnprovenConnections<ObjectIdentifier>
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isDraining = false
        var whenEmpty: [EventLoopPromise<Void>] = []
    }

    private let settings: ListenerSettings
    private let state: NIOLockedValueBox<State>
    private let server = NIOLockedValueBox<(any Channel)?>(nil)

    private init(_ settings: ListenerSettings) {
        self.settings = settings
        state = NIOLockedValueBox(State(unproven: UnprovenConnections(settings.limits)))
    }

    /// Starts to listen.
    ///
    /// - Throws: what the system says when the address can't be taken.
    public static func start(
        _ settings: ListenerSettings, on group: any EventLoopGroup
    ) async throws -> Listener {
        let listener = Listener(settings)
        let address = try SocketAddress(ipAddress: settings.host, port: settings.port)
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: settings.limits.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 2)
            .serverChannelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(
                        AdmissionHandler { listener.admit($0, at: $1) })
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try listener.lay(channel) }
            }
            .bind(to: address).get()
        listener.server.withLockedValue { $0 = channel }
        return listener
    }

    /// The address it listens on.
    public var localAddress: SocketAddress? { server.withLockedValue { $0?.localAddress } }

    /// The counters as of now.
    public var counters: Counters { state.withLockedValue { $0.counters } }

    /// Stops accepting, lets every connection finish what it has begun, and closes what is left after the time.
    public func drain(within time: TimeAmount) async {
        await stopAccepting()
        let channels = state.withLockedValue { state in
            state.isDraining = true
            return Array(state.channels.values)
        }
        for channel in channels {
            channel.pipeline.fireUserInboundEventTriggered(DrainOrder(time: time))
        }
        guard let loop = server.withLockedValue({ $0?.eventLoop }) else { return }
        let empty = loop.makePromise(of: Void.self)
        let isEmpty = state.withLockedValue { state in
            if !state.channels.isEmpty { state.whenEmpty.append(empty) }
            return state.channels.isEmpty
        }
        if isEmpty { empty.succeed() }
        let closing = loop.scheduleTask(in: time + .nanoseconds(settings.limits.lingerNanoseconds))
        { self.closeAll() }
        try? await empty.futureResult.get()
        closing.cancel()
    }

    /// Closes the socket and all connections at once.
    public func close() async {
        await stopAccepting()
        closeAll()
    }

    private func stopAccepting() async {
        guard let channel = server.withLockedValue({ $0 }), channel.isActive else { return }
        try? await channel.close().get()
    }

    private func closeAll() {
        for channel in state.withLockedValue({ Array($0.channels.values) }) {
            Self.end(channel)
        }
    }

    /// Ends a connection at once.
    private static func end(_ channel: any Channel) {
        channel.triggerUserOutboundEvent(RefusalLinger.EndNow(), promise: nil)
        channel.close(promise: nil)
    }

    /// Counts a new connection, and says whether it is taken on.
    private func admit(_ channel: any Channel, at now: NIODeadline) -> Bool {
        let source = PeerSource(channel.remoteAddress)
        let (isAdmitted, leaving) = state.withLockedValue { state in
            Self.admit(channel, from: source, at: now.uptimeNanoseconds, settings, &state)
        }
        if let leaving {
            reportCrowdedOut(leaving)
            Self.end(leaving)
        }
        guard isAdmitted else {
            reportCrowdedOut(channel)
            return false
        }
        channel.closeFuture.whenComplete { _ in self.release(channel) }
        return true
    }

    /// Takes a connection's place, if there is one, and says which other connection has to go for it.
    private static func admit(
        _ channel: any Channel, from source: PeerSource, at now: UInt64,
        _ settings: ListenerSettings, _ state: inout State
    ) -> (isAdmitted: Bool, leaving: (any Channel)?) {
        let id = ObjectIdentifier(channel)
        guard !state.isDraining, state.channels.count < settings.limits.connectionsMax else {
            state.counters.refused += 1
            return (false, nil)
        }
        var leaving: (any Channel)?
        if settings.tls != nil || settings.makesRoomForStrangers {
            switch state.unproven.admit(id, from: source, at: now) {
            case .admitted: break
            case .admittedInstead(let other):
                state.counters.crowdedOut += 1
                leaving = state.channels[other]
            case .refused:
                state.counters.refused += 1
                return (false, nil)
            }
        }
        state.counters.accepted += 1
        state.counters.open += 1
        state.channels[id] = channel
        return (true, leaving)
    }

    private func reportCrowdedOut(_ channel: any Channel) {
        settings.peerGate?.handshakeFailed(
            .crowdedOut,
            origin: PeerOrigin(
                remoteAddress: channel.remoteAddress, eventLoop: channel.eventLoop))
    }

    /// The peer of a connection has shown who it is.
    private func prove(_ channel: ObjectIdentifier) {
        state.withLockedValue { $0.unproven.remove(channel) }
    }

    private func release(_ channel: any Channel) {
        let waiting = state.withLockedValue { state in
            state.channels[ObjectIdentifier(channel)] = nil
            state.unproven.remove(ObjectIdentifier(channel))
            state.counters.open -= 1
            guard state.channels.isEmpty else { return [EventLoopPromise<Void>]() }
            defer { state.whenEmpty = [] }
            return state.whenEmpty
        }
        for promise in waiting { promise.succeed() }
    }

    private func lay(_ channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let loop = channel.eventLoop
        guard let tls = settings.tls?.current else {
            try pipeline.addHandler(
                HTTP1Connection(
                    handler: settings.makeHandler(loop), tls: nil, limits: settings.limits))
            return
        }
        var verdicts: PeerVerdicts?
        if tls.requiresCertificate {
            guard let gate = settings.peerGate else { throw ListenerError.noPeerGate }
            let origin = PeerOrigin(remoteAddress: channel.remoteAddress, eventLoop: loop)
            verdicts = PeerVerdicts(gate: gate, origin: origin, limits: settings.limits)
        }
        let settings = self.settings
        let id = ObjectIdentifier(channel)
        let linger = RefusalLinger(limits: settings.limits)
        try pipeline.addHandler(linger)
        try pipeline.addHandler(
            FirstBytes(
                tell: { [weak self] in
                    self?.state.withLockedValue { $0.unproven.noteSpoken(id) }
                },
                lay: { first, context in
                    try context.pipeline.syncOperations.addHandler(
                        Self.handshake(settings.tls?.current ?? tls, verdicts),
                        position: .after(first))
                }))
        try pipeline.addHandler(
            GateHandler(
                verdicts: verdicts, gate: settings.peerGate, linger: linger,
                limits: settings.limits
            ) { [weak self] facts in
                let connection = Self.connection(facts, settings, loop)
                if settings.provesByHandshake {
                    self?.prove(id)
                } else {
                    connection.onProof = { self?.prove(id) }
                }
                return connection
            })
    }

    private static func handshake(
        _ tls: TLSContextBox.Current, _ verdicts: PeerVerdicts?
    ) -> NIOSSLServerHandler {
        guard let verdicts else { return NIOSSLServerHandler(context: tls.context) }
        return NIOSSLServerHandler(
            context: tls.context,
            customVerificationCallbackWithMetadata: { verdicts.judge($0, $1) })
    }

    private static func connection(
        _ facts: TLSFacts, _ settings: ListenerSettings, _ loop: any EventLoop
    ) -> Connection {
        let handler = settings.makeHandler(loop)
        return facts.applicationProtocol == "h2"
            ? HTTP2Connection(handler: handler, tls: facts, limits: settings.limits)
            : HTTP1Connection(handler: handler, tls: facts, limits: settings.limits)
    }
}

/// Why a connection was not taken on.
enum ListenerError: String, Error, CustomStringConvertible {
    case noPeerGate = "the listener asks for certificates and has nobody who judges them"

    var description: String { rawValue }
}
