import Foundation
import StrictJSON
import Testing

/// JWT-SVIDs, bundles and what the federation listener serves, as an outsider sees them.
@Suite(.serialized, .enabled(if: Shell.has("curl"), "curl is not installed"))
struct TokenTests {
    private func started() throws -> GatewayProcess {
        let gateway = try GatewayProcess()
        try gateway.start()
        return gateway
    }

    private func json(_ answer: GatewayProcess.Answer) throws -> JSONValue {
        try StrictJSON.parse(Array(answer.body.utf8))
    }

    @Test func givesAServiceATokenForItselfThatTheKeySetVerifies() throws {
        let gateway = try started()
        try gateway.issue("web")
        let answer = try gateway.curl(
            "POST", "/api/maxine/identity/jwt-svids",
            body: #"{"audience":["api"],"ttlSeconds":60}"#,
            as: "web")
        #expect(answer.status == 200, "\(answer.body)")
        let value = try json(answer)
        #expect(value["spiffeId"]?.string == "spiffe://maxine.local/ns/default/dc/dc1/svc/web")
        let token = try #require(value["svid"]?.string)
        let keys = try gateway.curl(anonymously: "GET", gateway.federationAddress + "/keys")
        #expect(keys.status == 200 && keys.body.contains("\"use\":\"sig\""))
        let verified = try verify(token, keys: keys.body, in: gateway)
        #expect(verified.status == 0, "\(verified.output) \(verified.error)")
        let record = try #require(
            try gateway.awaitRecord {
                $0["type"]?.string == "outcome" && $0["action"]?.string == "identity.issue"
                    && $0["detail"]?["jti"] != nil
            })
        #expect(record["detail"]?["spiffe_id"]?.string == value["spiffeId"]?.string)
        #expect(
            try !gateway.records().contains { $0.contains(token.suffix(40)) }, "no token in the log"
        )
        #expect(gateway.stop() == 0)
    }

    /// ES256 with the openssl command, which knows nothing of our code.
    private func verify(_ token: String, keys: String, in gateway: GatewayProcess) throws
        -> Shell.Result
    {
        let script = """
            import base64, json, subprocess, sys
            def raw(t): return base64.urlsafe_b64decode(t + '=' * (-len(t) % 4))
            token, keys = sys.argv[1], json.loads(sys.argv[2])['keys']
            head, body, sig = token.split('.')
            header = json.loads(raw(head))
            assert sorted(header) == ['alg', 'kid', 'typ'] and header['alg'] == 'ES256', header
            key = [k for k in keys if k['kid'] == header['kid']][0]
            point = b'\\x04' + raw(key['x']) + raw(key['y'])
            spki = bytes.fromhex('3059301306072a8648ce3d020106082a8648ce3d030107034200') + point
            open('jwt.der', 'wb').write(spki)
            s = raw(sig); assert len(s) == 64
            def integer(b):
                b = b.lstrip(b'\\0'); b = (b'\\0' if not b or b[0] & 128 else b'') + b
                return b'\\x02' + bytes([len(b)]) + b
            parts = integer(s[:32]) + integer(s[32:])
            open('jwt.sig', 'wb').write(b'\\x30' + bytes([len(parts)]) + parts)
            open('jwt.in', 'wb').write((head + '.' + body).encode())
            subprocess.run(['openssl', 'dgst', '-sha256', '-verify', 'jwt.der', '-keyform', 'DER',
                            '-signature', 'jwt.sig', 'jwt.in'], check=True)
            claims = json.loads(raw(body))
            assert claims['aud'] == ['api'] and claims['exp'] - claims['iat'] == 60, claims
            """
        return try Shell.run(["python3", "-c", script, token, keys], directory: gateway.folder)
    }

    @Test(arguments: [
        (#"{}"#, 400), (#"{"audience":"api"}"#, 400), (#"{"audience":[]}"#, 422),
        (#"{"audience":[1]}"#, 400), (#"{"audience":["a"],"ttlSeconds":0}"#, 422),
        (#"{"audience":["a"],"ttlSeconds":"60"}"#, 400), (#"{"audience":["a"],"more":1}"#, 400),
        (#"{"audience":["a"],"ttlSeconds":7200}"#, 422),
        (#"{"audience":["a"],"spiffeId":"web"}"#, 422),
        (#"{"audience":["a"],"spiffeId":"spiffe://other.test/ns/default/dc/dc1/svc/web"}"#, 422),
        (#"{"audience":["a"],"spiffeId":"spiffe://maxine.local/ns/default/dc/dc1/svc/api"}"#, 403),
        (#"{"audience":["a"]"#, 400),
    ])
    func refusesBadRequestsForTokens(_ body: String, _ status: Int) throws {
        let gateway = try Self.shared.gateway()
        let before = try gateway.records().count
        let answer = try gateway.curl(
            "POST", "/api/maxine/identity/jwt-svids", body: body, as: "web")
        #expect(answer.status == status, "\(body): \(answer.body)")
        #expect(answer.headers["content-type"] == "application/problem+json")
        usleep(50_000)
        // Our one record, and the outcome where an intent was allowed first.
        let added = try gateway.records().count - before
        #expect(added == 1 || (status == 422 && added == 2), "\(body): \(added) records")
    }

    private static let shared = SharedGateway()

    @Test func servesItsBundleAndItsOpenIDConfigurationToEverybody() throws {
        let gateway = try started()
        let bundle = try json(
            gateway.curl(anonymously: "GET", gateway.federationAddress + "/bundle"))
        #expect(bundle["spiffe_sequence"]?.integer ?? 0 > 0)
        #expect(bundle["spiffe_refresh_hint"]?.integer == 300)
        let discovery = try json(
            gateway.curl(
                anonymously: "GET",
                gateway.federationAddress + "/.well-known/openid-configuration"))
        #expect(discovery["issuer"]?.string == "https://maxine.local")
        #expect(discovery["jwks_uri"]?.string == "https://maxine.local/keys")
        for (method, path, status) in [
            ("GET", "/", 404), ("POST", "/bundle", 405), ("GET", "/bundle?x=1", 400),
            ("GET", "/api/maxine/status", 404), ("GET", "/crl/00", 404),
        ] {
            let answer = try gateway.curl(anonymously: method, gateway.federationAddress + path)
            #expect(answer.status == status, "\(method) \(path)")
        }
        #expect(
            try gateway.curl("GET", "/bundle").status == 404, "not on the service listener")
        let map = try json(gateway.curl("GET", "/api/maxine/identity/bundles"))
        #expect(map["trust_domains"]?["maxine.local"]?["keys"] == bundle["keys"])
        #expect(gateway.stop() == 0)
    }
}

/// One gateway for the rows of a table, with the service `web`.
final class SharedGateway: @unchecked Sendable {
    private let lock = NSLock()
    private var started: GatewayProcess?

    func gateway() throws -> GatewayProcess {
        lock.lock()
        defer { lock.unlock() }
        if let started { return started }
        let gateway = try GatewayProcess()
        try gateway.start()
        try gateway.issue("web")
        started = gateway
        return gateway
    }
}
