internal import Crypto
internal import Foundation
internal import NIOConcurrencyHelpers
internal import NIOHTTP1
internal import PKI
internal import StrictJSON
internal import Time

/// Keeps keys in the transit engine of an OpenBao server, which signs digests; the keys never leave it.
final class OpenBaoKeeper: OutsideCustody {
    static let word = "openbao"

    let name = OpenBaoKeeper.word
    private let client: OpenBaoClient
    private let mount: String
    private let elapsed: @Sendable () -> Int64
    /// When the token is renewed next, by the elapsed clock; nil for at once.
    private let renewal = NIOLockedValueBox<Int64?>(nil)

    init(
        _ settings: GatewayConfiguration.Custody.OpenBao, address: String, token: SecretSource,
        environment: [String: String], elapsed: @escaping @Sendable () -> Int64
    ) throws(PKIError) {
        client = try OpenBaoClient(
            settings, address: address, token: token, environment: environment)
        mount = settings.mount
        self.elapsed = elapsed
    }

    func makeKey(_ key: String) throws(PKIError) -> [UInt8] {
        _ = try client.call(
            .POST, "\(mount)/keys/\(key)",
            [("type", .string("ecdsa-p256")), ("exportable", .bool(false))])
        return try publicKey(key)
    }

    /// By the first version of the key, whatever somebody rotates there: another version is another key.
    func signature(of message: [UInt8], by key: String) throws(PKIError) -> [UInt8] {
        let digest = Data(SHA256.hash(data: message)).base64EncodedString()
        let wanted: [(name: String, value: JSONValue)] = [
            ("input", .string(digest)), ("prehashed", .bool(true)),
            ("marshaling_algorithm", .string("asn1")), ("key_version", .string("1")),
        ]
        let answer = try client.call(.POST, "\(mount)/sign/\(key)/sha2-256", wanted)
        let prefix = "vault:v1:"
        guard let text = answer?["data"]?["signature"]?.string, text.hasPrefix(prefix),
            let signature = Data(base64Encoded: String(text.dropFirst(prefix.count)))
        else { throw .signingFailed("OpenBao gave no signature of the first version of \(key)") }
        return Array(signature)
    }

    func destroyKey(_ key: String) throws(PKIError) {
        let path = "\(mount)/keys/\(key)"
        guard try client.call(.GET, path, mayBeMissing: true) != nil else { return }
        _ = try client.call(.POST, path + "/config", [("deletion_allowed", .bool(true))])
        _ = try client.call(.DELETE, path)
    }

    func check(_ key: String?) throws(PKIError) {
        renewToken()
        if let key {
            _ = try publicKey(key)
        } else {
            _ = try client.call(.GET, "auth/token/lookup-self")
        }
    }

    private func publicKey(_ key: String) throws(PKIError) -> [UInt8] {
        let answer = try client.call(.GET, "\(mount)/keys/\(key)")
        guard let pem = answer?["data"]?["keys"]?["1"]?["public_key"]?.string,
            let known = try? P256.Signing.PublicKey(pemRepresentation: pem)
        else { throw .signingFailed("OpenBao shows no P-256 key \(key) under \(mount)") }
        return Array(known.derRepresentation)
    }

    /// One that can't be renewed is somebody else's to replace; what comes of that shows in the next call.
    private func renewToken() {
        let now = elapsed()
        let isDue = renewal.withLockedValue { due in
            guard due.map({ $0 <= now }) ?? true else { return false }
            due = Span.after(now, KeeperLimits.renewalNanosecondsMax)
            return true
        }
        guard isDue else { return }
        do throws(PKIError) {
            let answer = try client.call(.POST, "auth/token/renew-self")
            guard let seconds = answer?["auth"]?["lease_duration"]?.integer, seconds > 0 else {
                return
            }
            let (life, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
            let wait = overflow ? Int64.max : life / KeeperLimits.renewalShare
            let bounded = min(
                max(wait, KeeperLimits.renewalNanosecondsMin), KeeperLimits.renewalNanosecondsMax)
            renewal.withLockedValue { $0 = Span.after(now, bounded) }
        } catch {
            renewal.withLockedValue { $0 = Span.after(now, KeeperLimits.renewalRetryNanoseconds) }
        }
    }
}
