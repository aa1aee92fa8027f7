internal import Foundation
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import PKI
internal import StrictJSON

/// Calls OpenBao's HTTP API and waits for the answer.
///
/// INVARIANT: never on an event loop of the gateway: what signs outside is issued in the slow lane.
struct OpenBaoClient: Sendable {
    let address: OpenBaoAddress
    let token: String

    /// The JSON of a 2xx answer, nil where it has none.
    /// - Throws: `PKIError.signingFailed` without any secret in its text.
    func call(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8] = []
    ) throws(PKIError) -> JSONValue? {
        let response: HTTPExchange.Response
        do {
            response = try exchange(method, path, body)
        } catch {
            throw .signingFailed(
                "OpenBao at \(address.host):\(address.port) did not answer: \(error)")
        }
        guard (200..<300).contains(response.status) else {
            throw .signingFailed(
                "OpenBao answered \(response.status) to \(method.rawValue) \(path): "
                    + Self.errors(response.body))
        }
        return try? StrictJSON.parse(response.body)
    }

    private func exchange(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]
    ) throws -> HTTPExchange.Response {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: HTTPExchange.Response.self)
        var request = HTTPExchange.Request(
            address: .init(host: address.host, port: address.port, target: "/v1/" + path))
        request.method = method
        request.headers = [("x-vault-token", token), ("content-type", "application/json")]
        request.body = body
        let context = address.isEncrypted ? try Self.context() : nil
        let name = IPText.isAddress(address.host) ? nil : address.host
        let limit = TimeAmount.seconds(FederationLimits.fetchSeconds)
        let connected = ClientBootstrap(group: loop).connectTimeout(limit)
            .channelInitializer { [request] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context {
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: name))
                    }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(HTTPExchange(request, promise: promise))
                }
            }.connect(host: address.host, port: address.port)
        connected.whenFailure { promise.fail($0) }
        let deadline = loop.scheduleTask(in: limit) {
            promise.fail(BundleFetcher.Failure(description: "no answer in time"))
        }
        defer { deadline.cancel() }
        return try promise.futureResult.wait()
    }

    private static func context() throws -> NIOSSLContext {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: tls)
    }

    private static func errors(_ body: [UInt8]) -> String {
        guard let value = try? StrictJSON.parse(body), case .array(let items)? = value["errors"]
        else { return "no reason given" }
        return items.compactMap(\.string).map { quote($0) }.joined(separator: ", ")
    }
}

/// The signers that were looked up already.
final class SignerMemo: Sendable {
    private let signers = NIOLockedValueBox<[String: OpenBaoSigner]>([:])

    subscript(name: String) -> OpenBaoSigner? {
        get { signers.withLockedValue { $0[name] } }
        set { signers.withLockedValue { $0[name] = newValue } }
    }
}

/// Reads public keys in PEM.
enum PublicKeyText {
    static func subjectPublicKeyInfo(_ pem: String) -> [UInt8]? {
        let lines = pem.split(whereSeparator: \.isNewline)
        guard lines.first == "-----BEGIN PUBLIC KEY-----", lines.last == "-----END PUBLIC KEY-----"
        else { return nil }
        return Data(base64Encoded: lines.dropFirst().dropLast().joined()).map { Array($0) }
    }
}
