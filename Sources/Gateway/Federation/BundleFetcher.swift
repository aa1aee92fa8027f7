internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import PKI
internal import Policy

/// Fetches a bundle document over HTTPS, its server authenticated as the profile says (Federation section 5.2).
struct BundleFetcher: Sendable {
    /// Why there is no document, one line.
    struct Failure: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    let setting: FederationSetting
    let trust: TrustStore
    let clock: @Sendable () -> Int64

    /// The document; redirects are followed a few times and never remembered.
    func fetch() async throws -> [UInt8] {
        var address = try Self.address(setting.url)
        for _ in 0...FederationLimits.redirectsMax {
            let response = try await exchange(address)
            switch response.status {
            case 200: return response.body
            case 301, 302, 303, 307, 308:
                guard let location = response.location else {
                    throw Failure(description: "a redirect without a location")
                }
                address = try Self.address(location, relativeTo: address)
            default: throw Failure(description: "status \(response.status)")
            }
        }
        throw Failure(description: "more than \(FederationLimits.redirectsMax) redirects")
    }

    private func exchange(_ address: Address) async throws -> HTTPExchange.Response {
        let context = try context()
        let fetcher = self
        let limit = TimeAmount.seconds(FederationLimits.fetchSeconds)
        let group = MultiThreadedEventLoopGroup.singleton
        let loop = group.next()
        let promise = loop.makePromise(of: HTTPExchange.Response.self)
        let connected = ClientBootstrap(group: loop).connectTimeout(limit)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let name = IPText.isAddress(address.host) ? nil : address.host
                    if fetcher.setting.profile == .spiffe {
                        try pipeline.addHandler(
                            NIOSSLClientHandler(
                                context: context, serverHostname: name,
                                customVerificationCallback: fetcher.serverCheck()))
                    } else {
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: name))
                    }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(HTTPExchange(.init(address: address), promise: promise))
                }
            }.connect(host: address.host, port: address.port)
        connected.whenFailure { promise.fail($0) }
        let deadline = loop.scheduleTask(in: limit) {
            promise.fail(Failure(description: "no answer in \(FederationLimits.fetchSeconds) s"))
        }
        defer {
            deadline.cancel()
            connected.whenSuccess { $0.close(promise: nil) }
        }
        return try await promise.futureResult.get()
    }

    private func context() throws -> NIOSSLContext {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        switch setting.profile {
        case .web:
            if let file = setting.authoritiesFile {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(file))
            }
        case .spiffe:
            tls.trustRoots = .certificates([])
            tls.certificateVerification = .noHostnameVerification
        }
        return try NIOSSLContext(configuration: tls)
    }

    /// Takes the server only when it shows the configured SPIFFE ID, verified against the newest bundle.
    private func serverCheck() -> NIOSSLCustomVerificationCallback {
        let verifier = SVIDVerifier(trust: trust)
        let expected = setting.endpointID
        let clock = clock
        return { certificates, promise in
            let chain = certificates.compactMap { try? $0.toDERBytes() }
            let verdict = verifier.verify(
                UnverifiedChain(derCertificates: chain), nowNanoseconds: clock())
            guard chain.count == certificates.count, case .success(let peer) = verdict,
                peer.spiffeID.description == expected
            else { return promise.succeed(.failed) }
            promise.succeed(.certificateVerified)
        }
    }
}

extension BundleFetcher {
    /// The parts of an https URL.
    struct Address: Sendable, Equatable {
        let host: String
        let port: Int
        let target: String
    }

    /// Only https, no user, no fragment (Federation section 5.2).
    static func address(_ text: String, relativeTo base: Address? = nil) throws -> Address {
        if text.hasPrefix("/"), !text.hasPrefix("//"), let base {
            return Address(host: base.host, port: base.port, target: text)
        }
        guard let parts = URLComponents(string: text), parts.scheme == "https",
            let host = parts.host, !host.isEmpty, parts.user == nil, parts.password == nil,
            parts.fragment == nil
        else { throw Failure(description: "\(quote(text)) is not an https URL without a user") }
        let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        return Address(
            host: bare, port: parts.port ?? 443,
            target: path + (parts.percentEncodedQuery.map { "?" + $0 } ?? ""))
    }
}

/// Tells addresses from names.
enum IPText {
    static func isAddress(_ host: String) -> Bool {
        ConfigurationValue.isIPLiteral(host)
    }
}
