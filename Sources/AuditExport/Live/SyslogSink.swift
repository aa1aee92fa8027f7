internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Syslog over TLS (RFC 5425).
///
/// Syslog has no acknowledgement, so each delivery is a connection of its own that is closed by the book: TLS keeps the
/// order, so a receiver that answers our close_notify with its own has read everything before it.
struct SyslogSink: ExportSink {
    private let endpoint: Endpoint

    init(_ endpoint: Endpoint) { self.endpoint = endpoint }

    func deliver(_ events: [AuditEvent]) throws(ExportError) {
        var bytes = ByteBuffer()
        for event in events { bytes.writeBytes(SyslogFormat.counted(event)) }
        try send(bytes)
    }

    /// Sends bytes on a connection of their own and waits until the receiver has read them.
    func send(_ bytes: ByteBuffer) throws(ExportError) {
        let context: NIOSSLContext
        do {
            context = try NIOSSLContext(configuration: ClientTLS.configuration(endpoint.tls))
        } catch {
            throw .unreachable("\(error)")
        }
        let name = endpoint.serverName ?? endpoint.host
        let limit = TimeAmount.seconds(Int64(ExportLimits.exporterTimeoutSeconds))
        let group = MultiThreadedEventLoopGroup.singleton
        let ended = group.next().makePromise(of: Void.self)
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(limit)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
                    let handler = try NIOSSLClientHandler(
                        context: context, serverHostname: isAddress ? nil : name)
                    try channel.pipeline.syncOperations.addHandlers(
                        handler, FarewellHandler(bytes: bytes, deadline: limit, promise: ended))
                }
            }
        bootstrap.connect(host: endpoint.host, port: endpoint.port).whenFailure { ended.fail($0) }
        do {
            try ended.futureResult.wait()
        } catch {
            throw .unreachable("\(endpoint.host):\(endpoint.port): \(error)")
        }
    }
}
