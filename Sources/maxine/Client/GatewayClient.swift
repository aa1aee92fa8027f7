import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import StrictJSON
import Text
import Time

/// Calls the native API over mTLS: TLS 1.3, the gateway's certificate checked against the bundle.
struct GatewayClient {
    private static let bodyBytesMax = 16 << 20
    private static let timeout = TimeAmount.seconds(30)
    private static let connectTimeout = TimeAmount.seconds(5)

    private let options: ClientOptions
    let address: String
    private let token: ClientToken?
    private let triesAgain: Bool
    private let timeout: TimeAmount

    /// A request may take as long as `timeout` says.
    ///
    /// - Throws: ``Failure`` where the gateway's address can't be one.
    init(
        _ options: ClientOptions, usesSavedSession: Bool = true, speaksByCertificate: Bool = false,
        timeout: TimeAmount = Self.timeout
    ) throws {
        self.timeout = timeout
        self.options = options
        address = try options.address(usesSavedSession: usesSavedSession)
        triesAgain = !speaksByCertificate
        token =
            speaksByCertificate
            ? nil : options.token(at: address, usesSavedSession: usesSavedSession)
    }

    /// Sends one request and returns the JSON of a 2xx answer, nil where it has no body.
    ///
    /// - Throws: ``Failure`` with the status for scripts.
    func send(
        _ method: HTTPMethod, _ path: String, query: [(String, String?)] = [],
        body: [UInt8]? = nil, isAnonymous: Bool = false
    ) async throws -> JSONValue? {
        try await send(
            method, path, query, body.map(RequestBody.json), isAnonymous: isAnonymous)
    }

    /// Sends a form that holds what speaks for it, so no other token goes beside it.
    ///
    /// - Throws: ``Failure`` with the status for scripts.
    func send(form: [(String, String)], to path: String) async throws -> JSONValue? {
        try await send(.POST, path, [], .form(form), isAnonymous: false)
    }

    /// Sends a form of nobody in particular and returns the answer, whatever its status.
    ///
    /// - Throws: ``Failure`` where there is none.
    func ask(
        form: [(String, String)], at path: String
    ) async throws -> (status: Int, value: JSONValue?) {
        try await with(isAnonymous: true) { client in
            let (status, bytes) = try await answer(client, .POST, path, [], .form(form), nil)
            return (status, Self.value(bytes))
        }
    }

    private func with<R>(
        isAnonymous: Bool, _ body: (HTTPClient) async throws -> R
    ) async throws -> R {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: try configuration(isAnonymous: isAnonymous))
        do {
            let result = try await body(client)
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ query: [(String, String?)], _ body: RequestBody?,
        isAnonymous: Bool
    ) async throws -> JSONValue? {
        try await with(isAnonymous: isAnonymous) { client in
            try await exchange(client, method, path, query, body)
        }
    }

    func exchange(
        _ client: HTTPClient, _ method: HTTPMethod, _ path: String, _ query: [(String, String?)],
        _ body: RequestBody?
    ) async throws -> JSONValue? {
        try await Self.value(bytes(client, method, path, query, body))
    }

    /// What the gateway signed; while it is not signed yet, it is asked for again, for some seconds.
    ///
    /// - Throws: ``Failure`` with the status for scripts.
    func signedText(_ path: String, query: [(String, String?)]) async throws -> [UInt8] {
        try await with(isAnonymous: false) { client in
            var round = 1
            while true {
                let (status, bytes) = try await answer(client, .GET, path, query, nil, token)
                if (200..<300).contains(status) { return bytes }
                let value = Self.value(bytes)
                let isDue = status == 503 && value?["code"]?.string == "checkpoint-due"
                guard isDue, round < 12 else { throw problem(value, status: status, token) }
                try await Task.sleep(for: .milliseconds(100 * round))
                round += 1
            }
        }
    }

    private static func value(_ bytes: [UInt8]) -> JSONValue? {
        try? StrictJSON.parse(
            bytes,
            limits: JSONLimits(bytesMax: bodyBytesMax, depthMax: 32, valuesMax: 2_000_000))
    }

    private func bytes(
        _ client: HTTPClient, _ method: HTTPMethod, _ path: String, _ query: [(String, String?)],
        _ body: RequestBody?
    ) async throws -> [UInt8] {
        let token = body?.speaksForItself == true ? nil : self.token
        let (status, bytes) = try await answer(client, method, path, query, body, token)
        guard (200..<300).contains(status) else {
            throw problem(Self.value(bytes), status: status, token)
        }
        return bytes
    }

    private func answer(
        _ client: HTTPClient, _ method: HTTPMethod, _ path: String, _ query: [(String, String?)],
        _ body: RequestBody?, _ token: ClientToken?
    ) async throws -> (status: Int, bytes: [UInt8]) {
        var request = HTTPClientRequest(
            url: address + "/api/maxine" + path + text(of: query))
        request.method = method
        request.headers.add(name: "user-agent", value: versionText.replacing(" ", with: "/"))
        if let field = token?.field { request.headers.add(name: field.name, value: field.value) }
        if let body {
            request.headers.add(name: "content-type", value: body.type)
            request.body = .bytes(ByteBuffer(bytes: body.bytes))
        }
        do {
            // The library's own bound ends where the body begins.
            return try await within(.nanoseconds(timeout.nanoseconds)) { [request, timeout] in
                let response = try await client.execute(request, timeout: timeout)
                let bytes = try await response.body.collect(upTo: Self.bodyBytesMax)
                return (Int(response.status.code), Array(bytes.readableBytesView))
            }
        } catch {
            throw failure(for: error)
        }
    }

    /// TLS as the options say; nobody in particular shows a certificate only where one is named, or the default one is there.
    func configuration(isAnonymous: Bool = false) throws -> HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        do {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(options.bundlePath))
            if options.hasCertificate(besideToken: isAnonymous || token != nil) {
                tls.certificateChain = try NIOSSLCertificate.fromPEMFile(options.certificatePath)
                    .map { .certificate($0) }
                tls.privateKey = .privateKey(
                    try NIOSSLPrivateKey(file: options.keyPath, format: .pem))
            }
        } catch {
            throw Failure(
                .notAuthenticated,
                """
                maxine: no usable credentials: need \(options.certificatePath), \
                \(options.keyPath) and \(options.bundlePath)
                Run 'maxine init', or name yours with --cert, --key and --cacert.
                """)
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = min(timeout, Self.connectTimeout)
        // Whoever tries again by themselves is told at once.
        configuration.connectionPool.retryConnectionEstablishment = triesAgain
        configuration.httpVersion = .http1Only
        return configuration
    }

    private func text(of query: [(String, String?)]) -> String {
        let pairs = query.compactMap { name, value in
            value.map { "\(name)=\(percentEncode($0))" }
        }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }
}

/// Encodes all but unreserved characters (RFC 3986 section 2.3).
func percentEncode(_ text: String) -> String {
    let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
}

extension GatewayClient {
    private func failure(for error: any Error) -> Failure {
        switch error {
        case is TimeIsOver:
            return Failure(.notReachable, "maxine: \(address) did not answer in time")
        case let error as HTTPClientError
        where error == .connectTimeout || error == .readTimeout || error == .deadlineExceeded:
            return Failure(.notReachable, "maxine: \(address) did not answer in time")
        case let error as NIOSSLError:
            return tlsFailure(error)
        case is NIOSSLExtraError, is BoringSSLError:
            return tlsFailure(error)
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            return Failure(
                .notAuthenticated,
                "maxine: \(address) closed the connection; has \(options.certificatePath) expired, or been revoked?"
            )
        default:
            return Failure(.notReachable, "maxine: cannot reach \(address): \(sentence(of: error))")
        }
    }

    private func tlsFailure(_ error: any Error) -> Failure {
        Failure(
            .notAuthenticated,
            """
            maxine: TLS with \(address) failed: \(sentence(of: error))
            Check that \(options.certificatePath) has not expired or been revoked, and that \
            \(options.bundlePath) is this gateway's.
            """)
    }

    /// What an answer that says no is for people and scripts.
    func problem(_ value: JSONValue?, status: Int, _ token: ClientToken?) -> Failure {
        // Problem details, or an error of OAuth.
        let title =
            value?["title"]?.string ?? value?["error"]?.string?.replacing("_", with: " ")
            ?? "answered \(status)"
        let detail =
            (value?["detail"]?.string ?? value?["error_description"]?.string).map { ": " + $0 }
            ?? ""
        let message = "maxine: " + Quotation.escaped(title + detail)
        switch status {
        case 400 where value?["code"]?.string == "subject-not-accepted":
            return Failure(.notAuthenticated, message)
        case 401:
            return Failure(.notAuthenticated, message + (token.map { "\n" + $0.advice } ?? ""))
        case 403: return Failure(.refused, message)
        default: return Failure(.failed, message)
        }
    }
}

/// What a request holds.
enum RequestBody {
    case json([UInt8])
    /// `application/x-www-form-urlencoded`.
    case form([(String, String)])

    var type: String {
        switch self {
        case .json: "application/json"
        case .form: "application/x-www-form-urlencoded"
        }
    }

    var bytes: [UInt8] {
        switch self {
        case .json(let bytes): bytes
        case .form(let members):
            Array(
                members.map { "\($0.0)=\(percentEncode($0.1))" }.joined(separator: "&").utf8)
        }
    }

    var speaksForItself: Bool {
        switch self {
        case .json: false
        case .form: true
        }
    }
}
