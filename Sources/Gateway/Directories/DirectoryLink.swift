internal import Glibc
internal import LDAP
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Text

/// A protected connection to a server of a directory, whose inside is a descriptor for a worker.
///
/// TLS ends here, with the library that all TLS of the gateway ends with: a worker needs no key, no file and no network.
struct DirectoryLink {
    /// The end that a worker speaks LDAP on, in the clear; it leaves the process only by being handed over.
    let descriptor: Int32
    private let channel: any Channel

    /// Begins to connect.
    ///
    /// - Parameters:
    ///   - server: Whose certificate must be for its name.
    ///   - context: What certificates are trusted.
    ///   - time: Until when TLS must be there.
    /// - Returns: The link; a ``LinkFault`` where there is none.
    static func opening(
        _ server: DirectorySettings.Server, _ context: NIOSSLContext, within time: TimeAmount
    ) -> EventLoopFuture<DirectoryLink> {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let deadline = NIODeadline.now() + time
        return ClientBootstrap(group: loop).connectTimeout(time)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .connect(host: server.host, port: server.port)
            .flatMapErrorThrowing { _ in throw LinkFault(reason: "nothing answers there in time") }
            .flatMap { channel in
                protected(channel, server, context, until: deadline).flatMap {
                    inside(of: channel)
                }.flatMapError { error in
                    channel.close(promise: nil)
                    return loop.makeFailedFuture(error)
                }
            }
    }

    /// Ends the connection; the worker's own end is its own.
    func close() {
        Glibc.close(descriptor)
        channel.close(promise: nil)
    }

    private static func protected(
        _ channel: any Channel, _ server: DirectorySettings.Server, _ context: NIOSSLContext,
        until deadline: NIODeadline
    ) -> EventLoopFuture<Void> {
        let done = channel.eventLoop.makePromise(of: Void.self)
        let late = channel.eventLoop.scheduleTask(deadline: deadline) {
            done.fail(LinkFault(reason: "there was no TLS in time"))
        }
        done.futureResult.whenComplete { _ in late.cancel() }
        let begin = server.asksForTLS ? asked(channel) : channel.eventLoop.makeSucceededVoidFuture()
        begin.flatMapThrowing {
            // The name of the certificate; for an address, the connection's own is compared.
            let name = SocketAddress.isLiteral(server.host) ? nil : server.host
            try channel.pipeline.syncOperations.addHandlers([
                try NIOSSLClientHandler(context: context, serverHostname: name),
                HandshakeWatch(done: done, host: server.host),
            ])
        }.whenFailure { done.fail($0) }
        return done.futureResult
    }

    /// Asks for TLS, and is done when it may begin.
    private static func asked(_ channel: any Channel) -> EventLoopFuture<Void> {
        let answered = channel.eventLoop.makePromise(of: Void.self)
        let handler = StartTLSHandler(answered: answered)
        do {
            try channel.pipeline.syncOperations.addHandler(handler)
        } catch {
            answered.fail(error)
        }
        let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        return answered.futureResult.flatMap {
            channel.pipeline.syncOperations.removeHandler(bound.value)
        }
    }

    private static func inside(of channel: any Channel) -> EventLoopFuture<DirectoryLink> {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            return channel.eventLoop.makeFailedFuture(LinkFault(reason: errnoText(errno)))
        }
        let (own, given) = (ends[0], ends[1])
        return ClientBootstrap(group: channel.eventLoop).withConnectedSocket(own)
            .flatMapThrowing { inner in
                try inner.pipeline.syncOperations.addHandler(
                    Passage(to: channel, bytesMax: DirectoryBounds.answerBytesMax))
                try channel.pipeline.syncOperations.addHandler(
                    Passage(to: inner, bytesMax: DirectoryBounds.answerBytesMax))
                return DirectoryLink(descriptor: given, channel: channel)
            }.flatMapErrorThrowing { error in
                Glibc.close(given)
                throw error
            }
    }
}

extension SocketAddress {
    fileprivate static func isLiteral(_ host: String) -> Bool {
        (try? SocketAddress(ipAddress: host, port: 0)) != nil
    }
}
