internal import Foundation
internal import NIOHTTP1
internal import PKI
internal import StrictJSON

/// Keeps all private keys in the transit engine of an OpenBao server: they never enter this process.
struct OpenBaoCustody: KeyCustody {
    private let client: OpenBaoClient
    private let mount: String
    private let known = SignerMemo()

    /// Nil when none is configured.
    init?(_ settings: GatewayConfiguration) throws(PKIError) {
        guard let text = settings.identity.openBaoAddress, let address = OpenBaoAddress(text),
            let file = settings.identity.openBaoTokenFile
        else { return nil }
        guard let data = FileManager.default.contents(atPath: file),
            let token = String(data: data, encoding: .utf8)?
                .trimmingCharacters(in: .whitespacesAndNewlines), !token.isEmpty,
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .unusableFiles("identity.openbao_token_file: \(file) holds no token") }
        client = OpenBaoClient(address: address, token: token)
        mount = settings.identity.openBaoMount
    }

    func makeKey(_ name: String) throws(PKIError) -> any Signer {
        let body = Array(#"{"type":"ecdsa-p256","exportable":false}"#.utf8)
        _ = try client.call(.POST, "\(mount)/keys/\(keyName(name))", body)
        return try signer(name)
    }

    func signer(_ name: String) throws(PKIError) -> any Signer {
        if let signer = known[name] { return signer }
        let answer = try client.call(.GET, "\(mount)/keys/\(keyName(name))")
        guard let pem = answer?["data"]?["keys"]?["1"]?["public_key"]?.string,
            let key = PublicKeyText.subjectPublicKeyInfo(pem)
        else {
            throw .unusableFiles(
                "OpenBao has no usable key \(quote(keyName(name))) under \(quote(mount))")
        }
        let signer = OpenBaoSigner(
            client: client, path: "\(mount)/sign/\(keyName(name))/sha2-256", publicKeyDER: key)
        known[name] = signer
        return signer
    }

    func destroyKey(_ name: String) throws(PKIError) {
        known[name] = nil
        let path = "\(mount)/keys/\(keyName(name))"
        _ = try client.call(.POST, path + "/config", Array(#"{"deletion_allowed":true}"#.utf8))
        _ = try client.call(.DELETE, path)
    }

    private func keyName(_ name: String) -> String { "maxine-" + name }
}

/// One key of the transit engine.
struct OpenBaoSigner: Signer {
    let client: OpenBaoClient
    let path: String
    let publicKeyDER: [UInt8]

    var isLocal: Bool { false }

    func signature(of message: [UInt8]) throws(PKIError) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"marshaling_algorithm\":\"asn1\",\"input\":")
        writer.string(Data(message).base64EncodedString())
        writer.raw("}")
        let answer = try client.call(.POST, path, writer.bytes)
        guard let text = answer?["data"]?["signature"]?.string, text.hasPrefix("vault:v1:"),
            let signature = Data(base64Encoded: String(text.dropFirst(9)))
        else { throw .signingFailed("OpenBao gave no signature of the key's first version") }
        return Array(signature)
    }
}

/// Where an OpenBao server answers: https anywhere, http on loopback only.
struct OpenBaoAddress: Sendable, Equatable {
    let isEncrypted: Bool
    let host: String
    let port: Int

    init?(_ text: String) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme,
            let host = parts.host, parts.user == nil, parts.path.isEmpty || parts.path == "/",
            parts.query == nil, parts.fragment == nil
        else { return nil }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        guard scheme == "https" || (scheme == "http" && (bare == "::1" || bare.hasPrefix("127.")))
        else { return nil }
        isEncrypted = scheme == "https"
        self.host = bare
        port = parts.port ?? 8200
    }
}
