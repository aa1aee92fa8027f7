internal import AsyncHTTPClient
internal import Auth
internal import NIOCore
internal import NIOHTTP1
internal import Time

/// Asks a server outside: TLS 1.2 at least, no redirect, bounded time and size.
struct BoundedFetch: Sendable {
    /// The file of authorities that servers are checked against; nil for the system's.
    let authorities: String?
    /// The longest answer that is read.
    let bytesMax: Int
    /// The longest wait for a whole answer.
    var time = IssuerLimits.fetchTime

    /// What a server answers, whatever that says.
    struct Response: Sendable {
        let status: UInt
        /// Whether it says that it is JSON.
        let isJSON: Bool
        let body: [UInt8]
    }

    /// What is sent along.
    struct Body: Sendable {
        let type: String
        let bytes: [UInt8]

        static func form(_ text: String) -> Body {
            Body(type: "application/x-www-form-urlencoded", bytes: Array(text.utf8))
        }
    }

    /// Reads what stands at an address.
    ///
    /// - Throws: ``KeyReadingFault`` also for any answer but 200.
    func get(_ address: KeyAddress, accept: String) async throws(KeyReadingFault) -> [UInt8] {
        let response = try await send(.GET, to: address, [("accept", accept)])
        guard response.status == 200 else {
            throw KeyReadingFault("\(address.text) answers \(response.status), not 200")
        }
        return response.body
    }

    /// Sends a request.
    ///
    /// - Throws: ``KeyReadingFault`` where there is no whole answer in time.
    func send(
        _ method: HTTPMethod, to address: KeyAddress, _ headers: [(String, String)],
        body: Body? = nil
    ) async throws(KeyReadingFault) -> Response {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: try configuration(address))
        let result: Result<Response, KeyReadingFault>
        do {
            result = .success(try await answer(client, method, address, headers, body))
        } catch {
            result = .failure(
                KeyReadingFault(
                    "\(address.text) can't be read: "
                        + OutgoingHTTP.sentence(of: error, bytesMax: bytesMax)))
        }
        try? await client.shutdown()
        return try result.get()
    }

    private func answer(
        _ client: HTTPClient, _ method: HTTPMethod, _ address: KeyAddress,
        _ headers: [(String, String)], _ sent: Body?
    ) async throws -> Response {
        // The library's own bound ends where the body begins.
        try await within(.nanoseconds(time.nanoseconds)) { [bytesMax, time] in
            let request = Self.request(method, address, headers, sent)
            let response = try await client.execute(request, timeout: time)
            let body = try await response.body.collect(upTo: bytesMax)
            let type = response.headers.first(name: "content-type")?.lowercased() ?? ""
            return Response(
                status: response.status.code,
                isJSON: type == "application/json" || type.hasPrefix("application/json;"),
                body: Array(body.readableBytesView))
        }
    }

    private static func request(
        _ method: HTTPMethod, _ address: KeyAddress, _ headers: [(String, String)], _ body: Body?
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address.text)
        request.method = method
        request.headers = HTTPHeaders(headers)
        if let body {
            request.headers.add(name: "content-type", value: body.type)
            request.body = .bytes(ByteBuffer(bytes: body.bytes))
        }
        return request
    }

    private func configuration(
        _ address: KeyAddress
    ) throws(KeyReadingFault) -> HTTPClient.Configuration {
        do throws(UnreadableAuthorities) {
            return try OutgoingHTTP.configuration(
                host: address.host, authorities: authorities,
                connect: IssuerLimits.connectTime, read: time)
        } catch {
            throw KeyReadingFault(error.description)
        }
    }
}
