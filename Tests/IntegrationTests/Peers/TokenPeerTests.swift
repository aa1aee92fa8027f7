import Foundation
import StrictJSON
import Support
import Testing

/// Tokens that other people's libraries make, at the gateway as it is run.
@Suite(
    .enabled(
        if: PythonPeers.areThere,
        "PyJWT, joserfc and Authlib are not there: scripts/peers.sh installs them"))
struct TokenPeerTests {
    /// Makes a key set and, for each library and algorithm, a good token and one of another audience.
    private static let script = """
        import json, sys, time
        import jwt as pyjwt
        from joserfc import jwk as jose_jwk, jwt as jose_jwt
        from authlib.jose import JsonWebKey, JsonWebToken
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

        now = int(time.time())
        keys = {
            'RS': rsa.generate_private_key(public_exponent=65537, key_size=2048),
            'ES256': ec.generate_private_key(ec.SECP256R1()),
            'ES384': ec.generate_private_key(ec.SECP384R1()),
            'ES512': ec.generate_private_key(ec.SECP521R1()),
            'EdDSA': ed25519.Ed25519PrivateKey.generate(),
        }
        kinds = {'RS256': 'RS', 'RS384': 'RS', 'RS512': 'RS', 'PS256': 'RS', 'PS384': 'RS',
                 'PS512': 'RS', 'ES256': 'ES256', 'ES384': 'ES384', 'ES512': 'ES512',
                 'EdDSA': 'EdDSA'}

        def pem(key):
            return key.private_bytes(serialization.Encoding.PEM,
                                     serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption())

        def claims(audience):
            return {'iss': 'https://peers.example', 'aud': audience, 'sub': 'alice',
                    'groups': ['ops'], 'iat': now, 'nbf': now, 'exp': now + 600}

        def with_pyjwt(name, audience):
            return pyjwt.encode(claims(audience), keys[kinds[name]], algorithm=name,
                                headers={'kid': kinds[name]})

        def with_joserfc(name, audience):
            kind = {'RS': 'RSA', 'EdDSA': 'OKP'}.get(kinds[name], 'EC')
            key = jose_jwk.import_key(pem(keys[kinds[name]]), kind)
            header = {'alg': name, 'kid': kinds[name], 'typ': 'at+jwt'}
            return jose_jwt.encode(header, claims(audience), key, algorithms=[name])

        def with_authlib(name, audience):
            kind = {'RS': 'RSA', 'EdDSA': 'OKP'}.get(kinds[name], 'EC')
            key = JsonWebKey.import_key(pem(keys[kinds[name]]), {'kty': kind})
            made = JsonWebToken([name]).encode({'alg': name, 'kid': kinds[name]},
                                               claims(audience), key)
            return made.decode() if isinstance(made, bytes) else made

        published = []
        for kid, key in keys.items():
            kind = {'RS': 'RSA', 'EdDSA': 'OKP'}.get(kid, 'EC')
            public = jose_jwk.import_key(pem(key), kind).as_dict(private=False)
            published.append({**public, 'kid': kid, 'use': 'sig'})
        tokens = []
        for library in (with_pyjwt, with_joserfc, with_authlib):
            for name in kinds:
                tokens.append({'name': library.__name__ + ' ' + name,
                               'good': library(name, 'maxine'), 'other': library(name, 'other')})
        print(json.dumps({'jwks': {'keys': published}, 'tokens': tokens}))
        """

    @Test func takesTheTokensOfThreeLibraries() throws {
        let made = try Shell.run([PythonPeers.python, "-c", Self.script])
        let value = try StrictJSON.parse(Array(made.output.utf8))
        let keys = try #require(value["jwks"], "\(made.error)")
        let gateway = try GatewayProcess(
            policy: """
                maxine_policy: 1
                name: peers
                bindings: [ { role: viewer, subjects: [ { group: peers/ops } ] } ]
                """,
            configuration: """
                auth:
                  jwt:
                    - name: peers
                      issuer: https://peers.example
                      audiences: [maxine]
                      jwks_file: ./peers.jwks
                      algorithms: [RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA]

                """)
        var writer = JSONWriter()
        writer.value(keys)
        try Data(writer.bytes).write(to: gateway.folder.appending(path: "peers.jwks"))
        try gateway.start()
        guard case .array(let tokens)? = value["tokens"] else { return }
        #expect(tokens.count == 30)
        for token in tokens {
            let name = token["name"]?.string ?? ""
            #expect(try status(gateway, token["good"]?.string) == 200, "\(name)")
            #expect(try status(gateway, token["other"]?.string) == 401, "\(name) for others")
        }
        #expect(gateway.stop() == 0)
    }

    private func status(_ gateway: GatewayProcess, _ token: String?) throws -> Int {
        try gateway.curl(
            "GET", "/api/maxine/status", headers: ["Authorization: Bearer \(token ?? "")"]
        ).status
    }
}

/// A Python with the libraries of `scripts/peers.sh`.
enum PythonPeers {
    static var python: String { bin + "/python3" }
    static var bin: String { SourceRoot.url.appending(path: ".build/peers/bin").path }

    static var areThere: Bool {
        FileManager.default.fileExists(
            atPath: SourceRoot.url.appending(path: ".build/peers/wanted").path)
    }
}
