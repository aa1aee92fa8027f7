internal import AsyncHTTPClient
internal import Auth
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import PKI
internal import StrictJSON
internal import Text

/// Asks an OpenBao server over its HTTP API and waits for the answer, for a bounded time.
///
/// INVARIANT: never on an event loop; `KeyThreads` sees to that.
final class OpenBaoClient: Sendable {
    private let address: String
    private let token: SecretSource
    private let environment: [String: String]
    private let client: HTTPClient

    /// - Throws: `PKIError.unusableFiles` where the authorities of its certificate can't be read.
    init(
        _ settings: GatewayConfiguration.Custody.OpenBao, address: String, token: SecretSource,
        environment: [String: String]
    ) throws(PKIError) {
        self.address = address
        self.token = token
        self.environment = environment
        client = HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            configuration: try Self.configuration(address, settings.authorities))
    }

    deinit {
        client.shutdown { _ in }
    }

    /// Sends a request.
    ///
    /// - Returns: The JSON of the answer; nil where it has none, or what was asked for is not there.
    /// - Throws: `PKIError.keyAway` with what is amiss; no secret is in it.
    func call(
        _ method: HTTPMethod, _ path: String, _ members: [(name: String, value: JSONValue)] = [],
        mayBeMissing: Bool = false
    ) throws(PKIError) -> JSONValue? {
        let response = try send(method, path, members)
        let body = response.body.map { Array($0.readableBytesView) } ?? []
        let value = try? StrictJSON.parse(body)
        if (200..<300).contains(response.status.code) { return value }
        if response.status.code == 404, mayBeMissing { return nil }
        throw .keyAway(
            "OpenBao at \(address) answers \(response.status.code) to \(method.rawValue) \(path)"
                + Self.reasons(value) + Self.advice(response.status.code))
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ members: [(name: String, value: JSONValue)]
    ) throws(PKIError) -> HTTPClient.Response {
        do {
            var headers = HTTPHeaders([
                ("x-vault-token", try secret()), ("x-vault-request", "true"),
            ])
            var body: HTTPClient.Body?
            if !members.isEmpty {
                var writer = JSONWriter()
                writer.value(.object(members.map { JSONMember(name: $0.name, value: $0.value) }))
                headers.add(name: "content-type", value: "application/json")
                body = .bytes(writer.bytes)
            }
            let request = try HTTPClient.Request(
                url: "\(address)/v1/\(path)", method: method, headers: headers, body: body)
            return try client.execute(
                request: request,
                delegate: ResponseAccumulator(
                    request: request, maxBodySize: KeeperLimits.answerBytesMax),
                deadline: .now() + KeeperLimits.answerTime
            ).wait()
        } catch let error as PKIError {
            throw error
        } catch {
            throw .keyAway(
                "OpenBao at \(address) does not answer: "
                    + OutgoingHTTP.sentence(of: error, bytesMax: KeeperLimits.answerBytesMax))
        }
    }

    /// Read each time: whoever renews the token replaces the file.
    private func secret() throws(PKIError) -> String {
        let bytes: [UInt8]
        do throws(PKIError) {
            bytes = try token.read(as: ConfigurationName.openBaoToken, environment: environment)
        } catch {
            throw .keyAway(error.message)
        }
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .keyAway("\(ConfigurationName.openBaoToken): \(token) holds no token")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func reasons(_ body: JSONValue?) -> String {
        guard case .array(let items)? = body?["errors"] else { return "" }
        let reasons = items.prefix(KeeperLimits.reasonsMax).compactMap(\.string)
            .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
        return reasons.isEmpty ? "" : ": " + reasons.map { quote($0) }.joined(separator: ", ")
    }

    private static func advice(_ status: UInt) -> String {
        switch status {
        case 403: "; its token has ended or may not do that: see \(ConfigurationName.openBaoToken)"
        case 404: "; the key, or the engine of \(ConfigurationName.openBaoMount), is not there"
        case 503: "; it is sealed, or stands by for another"
        default: ""
        }
    }

    private static func configuration(
        _ address: String, _ authorities: String?
    ) throws(PKIError) -> HTTPClient.Configuration {
        do throws(UnreadableAuthorities) {
            return try OutgoingHTTP.configuration(
                host: KeyAddress(address, allowsLoopbackHTTP: true)?.host ?? "",
                authorities: authorities, connect: KeeperLimits.connectTime,
                read: KeeperLimits.answerTime)
        } catch {
            throw .unusableFiles("\(ConfigurationName.openBaoAuthorities): \(error)")
        }
    }
}
