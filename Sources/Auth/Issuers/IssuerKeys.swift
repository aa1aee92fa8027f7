internal import AsyncHTTPClient
internal import Foundation
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// The keys of one issuer, as they were fetched last; a fetch that fails leaves them.
final class IssuerKeys: Sendable {
    private struct State {
        var keys: JSONWebKeySet?
        var text: [UInt8] = []
        var triedNanoseconds: Int64 = .min
        var fault: String?
    }

    private let source: TokenIssuer.Keys
    private let state = NIOLockedValueBox(State())
    private let fetches = NIOLockedValueBox(0)

    init(_ source: TokenIssuer.Keys) {
        self.source = source
    }

    /// The keys; nil before the first fetch that succeeded.
    var current: JSONWebKeySet? { state.withLockedValue { $0.keys } }

    /// Why the last fetch failed; nil if it did not.
    var fault: String? { state.withLockedValue { $0.fault } }

    /// How many fetches were begun.
    var fetchCount: Int { fetches.withLockedValue { $0 } }

    /// Whether a token that asks for an unknown key may cause a fetch now; if so, it is counted as begun.
    func mayFetch(nowNanoseconds now: Int64) -> Bool {
        state.withLockedValue { state in
            let wait =
                state.keys == nil
                ? AuthLimits.firstFetchNanoseconds : AuthLimits.refetchNanoseconds
            guard state.triedNanoseconds == .min || now - state.triedNanoseconds > wait else {
                return false
            }
            state.triedNanoseconds = now
            return true
        }
    }

    /// Fetches the keys.
    ///
    /// - Returns: Whether they changed.
    func fetch(nowNanoseconds now: Int64) async -> Bool {
        fetches.withLockedValue { $0 += 1 }
        state.withLockedValue { $0.triedNanoseconds = now }
        do {
            let text =
                switch source {
                case .file(let path): try Self.read(path)
                case .url(let url, let authorities):
                    try await Self.download(url, authorities: authorities)
                }
            let keys = try JSONWebKeySet(text)
            guard keys.count > 0 else { throw AuthError.keySet("it holds no usable key") }
            return state.withLockedValue { state in
                let isChanged = state.text != text
                state.keys = keys
                state.text = text
                state.fault = nil
                return isChanged
            }
        } catch {
            state.withLockedValue { $0.fault = "\(error)" }
            return false
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw AuthError.keySet("cannot read \(path)")
        }
        defer { try? handle.close() }
        let data = try handle.read(upToCount: AuthLimits.keySetBytesMax + 1) ?? Data()
        guard data.count <= AuthLimits.keySetBytesMax else {
            throw AuthError.keySet("\(path) is too long")
        }
        return Array(data)
    }

    /// One GET: TLS 1.2 at least, no redirect, bounded time and size.
    private static func download(_ url: String, authorities: String?) async throws -> [UInt8] {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authorities {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorities))
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(AuthLimits.fetchSeconds)
        configuration.httpVersion = .http1Only
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "accept", value: "application/jwk-set+json, application/json")
            let response = try await client.execute(
                request, timeout: .seconds(AuthLimits.fetchSeconds))
            guard response.status == .ok else {
                throw AuthError.keySet("\(url) answered \(response.status.code)")
            }
            let body = try await response.body.collect(upTo: AuthLimits.keySetBytesMax)
            try await client.shutdown()
            return Array(body.readableBytesView)
        } catch {
            try? await client.shutdown()
            throw error
        }
    }
}
