import Foundation
import StrictJSON
import Support
import Testing

/// Tokens of ours in other people's libraries, which fetch our keys over HTTPS as they would anywhere.
@Suite(
    .enabled(
        if: PythonPeers.areThere,
        "PyJWT, joserfc and Authlib are not there: scripts/peers.sh installs them"))
struct OwnTokenPeerTests {
    /// For each library: whether it takes a token of ours, one that was changed, and one for somebody else.
    private static let script = """
        import json, ssl, sys, urllib.request
        import jwt as pyjwt
        from joserfc import jwk as jose_jwk, jwt as jose_jwt
        from authlib.jose import JsonWebKey, JsonWebToken

        asked = json.load(sys.stdin)
        context = ssl.create_default_context(cafile=asked['ca'])

        def fetch(path):
            return json.load(urllib.request.urlopen(asked['address'] + path, context=context))

        metadata = fetch('/.well-known/openid-configuration')
        assert metadata['issuer'] == asked['issuer'], metadata
        published = fetch('/keys')
        for key in published['keys']:
            assert jose_jwk.import_key(key).thumbprint() == key['kid'], key
        svids = {k['kid'] for k in fetch('/bundle')['keys'] if k['use'] == 'jwt-svid'}
        assert svids == {k['kid'] for k in published['keys']}

        def with_pyjwt(token):
            client = pyjwt.PyJWKClient(asked['address'] + '/keys', ssl_context=context)
            key = client.get_signing_key_from_jwt(token)
            return pyjwt.decode(token, key, algorithms=['ES256'], issuer=asked['issuer'],
                                audience=asked['audience'], options={'require': ['exp', 'iat', 'nbf', 'jti']})

        def with_joserfc(token):
            keys = jose_jwk.KeySet.import_key_set(published)
            claims = jose_jwt.decode(token, keys, algorithms=['ES256']).claims
            jose_jwt.JWTClaimsRegistry(
                iss={'essential': True, 'value': asked['issuer']},
                aud={'essential': True, 'value': asked['audience']},
                exp={'essential': True}, nbf={'essential': True}).validate(claims)
            return claims

        def with_authlib(token):
            claims = JsonWebToken(['ES256']).decode(
                token, JsonWebKey.import_key_set(published), claims_options={
                    'iss': {'essential': True, 'value': asked['issuer']},
                    'aud': {'essential': True, 'value': asked['audience']}})
            claims.validate()
            return claims

        def verdict(library, token):
            try:
                return library(token)['sub']
            except Exception as error:
                return 'refused: ' + type(error).__name__

        print(json.dumps({library.__name__: [verdict(library, token) for token in asked['tokens']]
                          for library in (with_pyjwt, with_joserfc, with_authlib)}))
        """

    @Test func threeLibrariesTakeOursByOurKeysAndNothingElse() throws {
        let mint = TestTokens()
        let gateway = try GatewayProcess(
            policy: """
                maxine_policy: 1
                name: peers
                roles: { exchanger: { actions: [identity.token] }, public: { actions: [federation.read] } }
                bindings:
                  - { role: exchanger, subjects: [ { user: idp/alice } ] }
                  - { role: public, subjects: [ { anonymous: true } ] }
                """,
            configuration: """
                tokens: { issuer: "https://maxine.example", audiences: ["https://peer.example"] }
                auth:
                  jwt:
                    - { name: idp, issuer: "https://idp.example", audiences: [maxine], jwks_file: ./idp.jwks }

                """)
        try Data(TestTokens.set(mint.jwk()).utf8).write(
            to: gateway.folder.appending(path: "idp.jwks"))
        try gateway.start()
        let subject = mint.token(
            claims: TestTokens.claims(Int64(Date().timeIntervalSince1970)))
        let token = try exchange(gateway, subject, for: "https://peer.example")
        let other = try exchange(gateway, subject, for: "https://maxine.example")
        let changed = String(token.dropLast(8) + "AAAAAAAA")
        var writer = JSONWriter()
        writer.value(
            .object([
                member("address", gateway.federationAddress),
                member("ca", gateway.folder.path + "/certs/bundle.pem"),
                member("issuer", "https://maxine.example"),
                member("audience", "https://peer.example"),
                JSONMember(
                    name: "tokens", value: .array([token, changed, other].map { .string($0) })),
            ]))
        let result = try Shell.run(
            [PythonPeers.python, "-c", Self.script],
            input: String(decoding: writer.bytes, as: UTF8.self))
        let verdicts = try StrictJSON.parse(Array(result.output.utf8))
        for library in ["with_pyjwt", "with_joserfc", "with_authlib"] {
            guard case .array(let said)? = verdicts[library], said.count == 3 else {
                Issue.record("\(library): \(result.output) \(result.error)")
                continue
            }
            #expect(said[0].string == "idp/alice", "\(library)")
            #expect(said[1].string?.hasPrefix("refused") == true, "\(library)")
            #expect(said[2].string?.hasPrefix("refused") == true, "\(library)")
        }
        #expect(gateway.stop() == 0)
    }

    private func member(_ name: String, _ text: String) -> JSONMember {
        JSONMember(name: name, value: .string(text))
    }

    private func exchange(
        _ gateway: GatewayProcess, _ subject: String, for audience: String
    ) throws -> String {
        let answer = try Shell.run(
            [GatewayProcess.binary, "token", "exchange", "--audience", audience, "-"],
            input: subject, environment: ["MAXINE_ADDR": gateway.peopleAddress],
            directory: gateway.folder)
        guard answer.status == 0 else { throw TestFault(description: answer.error) }
        return answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
