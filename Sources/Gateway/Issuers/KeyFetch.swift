internal import AsyncHTTPClient
internal import Auth
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import StrictJSON
internal import Text

/// Fetches an issuer's key set: TLS 1.2 at least, no redirect, bounded time and size.
struct KeyFetch {
    let issuer: TokenIssuer

    /// The key set at an address.
    func keySet(at address: KeyAddress) async throws(KeyReadingFault) -> [UInt8] {
        try await get(address, accept: "application/jwk-set+json, application/json")
    }

    /// The key set at the address that the issuer's metadata names.
    func keySet(discoveredAt base: KeyAddress) async throws(KeyReadingFault) -> [UInt8] {
        guard let place = base.metadata else {
            throw KeyReadingFault("an issuer with a query has no metadata; name its jwks_url")
        }
        let text = try await get(place, accept: "application/json")
        guard let metadata = try? StrictJSON.parse(text, limits: .metadata) else {
            throw KeyReadingFault("\(place.text) does not answer with one JSON object")
        }
        guard metadata["issuer"]?.string?.isExactly(issuer.issuer) ?? false else {
            throw KeyReadingFault("\(place.text) is the metadata of another issuer")
        }
        guard let named = metadata["jwks_uri"]?.string, let keys = base.following(named),
            keys.host == base.host || !PrivateAddresses.contain(keys.host)
        else {
            throw KeyReadingFault(
                "\(place.text) names no address that keys are fetched from; name its jwks_url")
        }
        return try await keySet(at: keys)
    }

    private func get(
        _ address: KeyAddress, accept: String
    ) async throws(KeyReadingFault) -> [UInt8] {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: try configuration())
        let result: Result<[UInt8], KeyReadingFault>
        do {
            result = try await answer(client, address, accept)
        } catch {
            result = .failure(
                KeyReadingFault("\(address.text) can't be read: \(Self.sentence(of: error))"))
        }
        try? await client.shutdown()
        return try result.get()
    }

    private func answer(
        _ client: HTTPClient, _ address: KeyAddress, _ accept: String
    ) async throws -> Result<[UInt8], KeyReadingFault> {
        var request = HTTPClientRequest(url: address.text)
        request.headers.add(name: "accept", value: accept)
        let response = try await client.execute(request, timeout: IssuerLimits.fetchTime)
        guard response.status == .ok else {
            return .failure(
                KeyReadingFault("\(address.text) answers \(response.status.code), not 200"))
        }
        let body = try await response.body.collect(upTo: TokenLimits.keySetBytesMax)
        return .success(Array(body.readableBytesView))
    }

    private func configuration() throws(KeyReadingFault) -> HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let path = issuer.authorities {
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
            } catch {
                throw KeyReadingFault("\(path) holds no certificates that can be read")
            }
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = IssuerLimits.connectTime
        configuration.timeout.read = IssuerLimits.fetchTime
        configuration.httpVersion = .http1Only
        // What can't be reached, or shows a certificate that is not taken, is asked again in the next round.
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    /// What went wrong, for people.
    private static func sentence(of error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: error.shortDescription.lowercased()
        case is NIOTooManyBytesError:
            "its answer is longer than \(TokenLimits.keySetBytesMax) bytes"
        case is NIOConnectionError, is IOError: "nothing answers there"
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            "its certificate is not taken, or what answers does not speak TLS 1.2"
        case is CancellationError: "the gateway stops"
        default: "the connection failed"
        }
    }
}

extension JSONLimits {
    /// Fits the metadata of an issuer.
    fileprivate static let metadata = JSONLimits(
        bytesMax: TokenLimits.keySetBytesMax, depthMax: 16, valuesMax: 10_000)
}
