import Auth
import Crypto
import Foundation
import Gateway
import PKI
import StrictJSON
import Support
import Testing

/// How the gateway proves at the token endpoint that it is the client (OpenID Connect Core 1.0 section 9).
@Suite(.timeLimit(.minutes(10))) struct ClientProofTests {
    private func exchange(
        _ house: OpenIDHouse, _ proof: ClientProof
    ) async throws -> (form: [String: String], authorization: String?) {
        try await house.gateway { $0.proof = proof }.serving { gateway in
            _ = try await gateway.signOn(at: house)
        }
        let asked = try #require(house.exchanges.last)
        let items = URLComponents(string: "http://x/?" + asked.body)?.queryItems ?? []
        return (
            Dictionary(items.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { $0 + $1 }),
            asked.authorization
        )
    }

    @Test func aSecretIsSentInOnePlaceOnly() async throws {
        try await OpenIDHouse.with { house in
            let source = SecretSource.file(house.folder.path("secret"))
            let posted = try await exchange(house, .post(source))
            #expect(posted.form["client_secret"] == "s3cret/value")
            #expect(posted.form["client_id"] == "maxine gateway" && posted.authorization == nil)
            let open = try await exchange(house, .none)
            #expect(open.form["client_secret"] == nil && open.authorization == nil)
            #expect(open.form["client_id"] == "maxine gateway")
        }
    }

    @Test func aKeySignsForThisEndpointAndAMinute() async throws {
        try await OpenIDHouse.with { house in
            let key = P256.Signing.PrivateKey()
            try house.folder.write(key.pemRepresentation, to: "key.pem")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: house.folder.path("key.pem"))
            let sent = try await exchange(
                house, .privateKey(.file(house.folder.path("key.pem"))))
            #expect(sent.authorization == nil && sent.form["client_secret"] == nil)
            #expect(sent.form["client_assertion_type"]?.hasSuffix(":jwt-bearer") == true)
            let parts = (sent.form["client_assertion"] ?? "").split(separator: ".")
            try #require(parts.count == 3)
            let claims = try StrictJSON.parse(Array(try decode(parts[1])))
            #expect(claims["aud"]?.string == house.server.address + "/token")
            #expect(claims["sub"]?.string == "maxine gateway")
            let signature = try P256.Signing.ECDSASignature(rawRepresentation: decode(parts[2]))
            #expect(
                key.publicKey.isValidSignature(
                    signature, for: Data("\(parts[0]).\(parts[1])".utf8)))
        }
    }

    @Test func aSecretThatCannotBeReadIsNobodysFault() async throws {
        try await OpenIDHouse.with { house in
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644], ofItemAtPath: house.folder.path("secret"))
            try await house.gateway().serving { gateway in
                let login = try await gateway.begin()
                house.give(house.token(gateway, nonce: login.nonce))
                #expect(try await gateway.callBack(login).status == 503)
                #expect(house.exchanges.isEmpty)
            }
        }
    }

    private func decode(_ text: Substring) throws -> Data {
        let base = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - base.count % 4) % 4)
        return try #require(Data(base64Encoded: base + padding))
    }
}
