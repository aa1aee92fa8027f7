internal import GRPCNIOTransportHTTP2Posix
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix

/// Accepts workloads on the Unix socket and notes who each of them is before it may say anything.
struct WorkloadListener: HTTP2ServerTransport.ListenerFactory {
    typealias Configurator = HTTP2ServerTransport.ConnectionConfigurator

    let file: SocketFile
    let peers: PeerTable
    let group: MultiThreadedEventLoopGroup
    /// Called when the socket is in its place.
    let published: @Sendable () -> Void
    let names = ConnectionNames()

    var eventLoopGroup: any EventLoopGroup { group }

    func makeListeningChannel(
        listenerConfigurator: HTTP2ServerTransport.ListenerConfigurator,
        connectionConfigurator: Configurator
    ) async throws -> NIOAsyncChannel<Configurator.ConnectionChannel, Never> {
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelInitializer { listenerConfigurator.configure(channel: $0) }
            .bind(unixDomainSocketPath: file.draft) { channel in
                admit(channel).flatMap {
                    connectionConfigurator.configure(channel: channel, tls: .none)
                }
            }
        try file.publish()
        published()
        return channel
    }

    /// Holds on to the process that connected; without room for it the connection is closed.
    private func admit(_ channel: any Channel) -> EventLoopFuture<Void> {
        PeerCredentials.read(of: channel).and(PeerCredentials.processDescriptor(of: channel))
            .flatMapThrowing { credentials, descriptor in
                let process = ProcessHandle(pid: credentials.pid, processDescriptor: descriptor)
                let peer = Peer(credentials: credentials, process: process)
                guard let name = peers.add(peer) else {
                    throw AgentError.socket("too many connections")
                }
                names.set(name, of: channel)
                channel.closeFuture.whenComplete { _ in
                    names.remove(channel)
                    peers.remove(name)
                }
            }
    }

    /// The transport's settings, with the limits that a workload meets.
    func settings() -> HTTP2ServerTransport.Custom<WorkloadListener>.Config {
        var settings = HTTP2ServerTransport.Custom<WorkloadListener>.Config.defaults
        settings.rpc.maxRequestPayloadSize = AgentLimits.messageBytesMax
        settings.http2.maxConcurrentStreams = AgentLimits.streamsPerConnectionMax
        settings.connection.keepalive.clientBehavior.minPingIntervalWithoutCalls = .seconds(10)
        settings.connection.keepalive.clientBehavior.allowWithoutCalls = true
        settings.channelDebuggingCallbacks.onAcceptHTTP2Stream = { [names] stream in
            stream.eventLoop.makeCompletedFuture {
                guard let connection = stream.parent, let name = names.name(of: connection) else {
                    throw AgentError.socket("a call without a connection")
                }
                try stream.pipeline.syncOperations.addHandler(
                    PeerStamp(name: name), position: .first)
            }
        }
        return settings
    }
}

/// The names of the open connections, by their channels.
final class ConnectionNames: Sendable {
    private let names = NIOLockedValueBox<[ObjectIdentifier: String]>([:])

    func set(_ name: String, of channel: any Channel) {
        names.withLockedValue { $0[ObjectIdentifier(channel)] = name }
    }

    func name(of channel: any Channel) -> String? {
        names.withLockedValue { $0[ObjectIdentifier(channel)] }
    }

    func remove(_ channel: any Channel) {
        names.withLockedValue { $0[ObjectIdentifier(channel)] = nil }
    }
}
