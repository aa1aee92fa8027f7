internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// OTLP over HTTP with protocol buffers; any 2xx is the receiver's word that it has the records.
struct OTLPSink: ExportSink {
    private let url: String
    private let poster: HTTPPoster

    init(url: String, _ tls: TLSFiles) throws(ExportError) {
        self.url = url
        poster = try HTTPPoster(tls)
    }

    func deliver(_ events: [AuditEvent]) throws(ExportError) {
        try poster.post(
            OTLPProtobuf.request(events), to: url, contentType: "application/x-protobuf")
    }

    func close() { poster.close() }
}

/// Posts bodies and waits for the answer; no redirects, no bodies read.
struct HTTPPoster: Sendable {
    private let client: HTTPClient

    init(_ tls: TLSFiles) throws(ExportError) {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try ClientTLS.configuration(tls))
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(Int64(ExportLimits.exporterTimeoutSeconds))
        configuration.timeout.read = .seconds(Int64(ExportLimits.exporterTimeoutSeconds))
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func post(_ body: [UInt8], to url: String, contentType: String) throws(ExportError) {
        do {
            let request = try HTTPClient.Request(
                url: url, method: .POST,
                headers: [
                    "content-type": contentType, "user-agent": "maxine/\(ProductVersion.text)",
                ],
                body: .bytes(body))
            let deadline = NIODeadline.now() + .seconds(Int64(ExportLimits.exporterTimeoutSeconds))
            let answer = try client.execute(
                request: request, delegate: StatusDelegate(), deadline: deadline
            ).wait()
            guard (200..<300).contains(answer) else {
                throw ExportError.unreachable("\(url): answered \(answer)")
            }
        } catch let error as ExportError {
            throw error
        } catch {
            throw .unreachable("\(url): \(error)")
        }
    }

    func close() { try? client.syncShutdown() }
}

/// Takes the status and passes over the body.
private final class StatusDelegate: HTTPClientResponseDelegate, Sendable {
    typealias Response = Int
    private let status = StatusBox()

    func didReceiveHead(
        task: HTTPClient.Task<Int>, _ head: HTTPResponseHead
    ) -> EventLoopFuture<Void> {
        status.set(Int(head.status.code))
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Int>) throws -> Int { status.value }
}
