internal import NIOCore
internal import NIOHTTP1
internal import PKI

/// One request and its answer on a connection of its own, within the limits of a bundle.
final class HTTPExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    struct Request: Sendable {
        var method = HTTPMethod.GET
        var address: BundleFetcher.Address
        var headers: [(String, String)] = []
        var body: [UInt8] = []
    }

    struct Response: Sendable {
        var status: UInt = 0
        var location: String?
        var body: [UInt8] = []
    }

    private let request: Request
    private let promise: EventLoopPromise<Response>
    private var response = Response()
    private var hasSent = false

    init(_ request: Request, promise: EventLoopPromise<Response>) {
        self.request = request
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) { send(context) }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { send(context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            response.status = head.status.code
            response.location = head.headers.first(name: "location")
        case .body(let bytes):
            guard response.body.count + bytes.readableBytes <= PKILimits.bundleBytesMax else {
                promise.fail(BundleFetcher.Failure(description: "the document is too large"))
                return context.close(promise: nil)
            }
            response.body += bytes.readableBytesView
        case .end:
            promise.succeed(response)
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(BundleFetcher.Failure(description: "the server closed the connection"))
    }

    private func send(_ context: ChannelHandlerContext) {
        guard !hasSent else { return }
        hasSent = true
        let address = request.address
        var head = HTTPRequestHead(
            version: .http1_1, method: request.method, uri: address.target)
        let host = address.host.contains(":") ? "[\(address.host)]" : address.host
        head.headers.add(
            name: "host", value: address.port == 443 ? host : "\(host):\(address.port)")
        head.headers.add(name: "user-agent", value: "maxine/\(GatewayVersion.current)")
        head.headers.add(name: "accept", value: "application/json")
        head.headers.add(name: "connection", value: "close")
        for (name, value) in request.headers { head.headers.add(name: name, value: value) }
        if !request.body.isEmpty {
            head.headers.add(name: "content-length", value: String(request.body.count))
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !request.body.isEmpty {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: request.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
