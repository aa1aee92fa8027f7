import Crypto
import Foundation
import StrictJSON
import Support
import Testing

/// Tokens of an issuer whose keys come over HTTPS, through the binary.
@Suite(.disabled(if: KeyServer.isMissing, "python3 or openssl is missing"), .serialized)
struct IssuerTests {
    let mint = TestTokens()
    private let status = "/api/maxine/status"
    private let policy = """
        maxine_policy: 1
        name: tokens
        bindings:
          - role: viewer
            subjects: [{ oidc: { issuer: "https://idp.example", claim: groups, value: ops } }]
          - role: service
            subjects: [{ spiffe: "spiffe://maxine.local/ns/*/dc/*/svc/*" }]
          - role: admin
            subjects: [{ spiffe: "spiffe://maxine.local/operator/*" }]
        acl:
          - { id: admins, effect: allow, subjects: [role:admin], actions: [identity.issue], resources: { services: ["*"] } }
        """

    private func start(_ server: KeyServer, _ path: String = "/jwks.json") throws -> GatewayProcess
    {
        let gateway = try GatewayProcess(
            policy: policy,
            configuration: """
                log: { level: trace }
                auth:
                  jwt:
                    - name: idp
                      issuer: https://idp.example
                      audiences: [maxine]
                      jwks_url: \(server.address)\(path)
                      jwks_ca: \(server.folder.path)/tls.pem
                      algorithms: [ES256]

                """)
        try gateway.start()
        for _ in 0..<200 where try server.requests().isEmpty { usleep(10_000) }
        usleep(200_000)
        return gateway
    }

    private func token(_ more: String = "", header: String? = nil) -> String {
        let now = Int(Date().timeIntervalSince1970)
        return mint.token(
            header: header,
            claims:
                #"{"iss":"https://idp.example","aud":"maxine","sub":"alice","groups":["ops"],"iat":\#(now),"exp":\#(now + 600)\#(more)}"#
        )
    }

    private func use(
        _ gateway: GatewayProcess, _ token: String, _ path: String? = nil
    ) throws -> GatewayProcess.Answer {
        try gateway.curl(
            anonymously: "GET", gateway.peopleAddress + (path ?? status),
            headers: ["Authorization: Bearer \(token)"])
    }

    @Test func takesTokensAndFetchesNothingThatATokenNames() throws {
        let server = try KeyServer(keys: TestTokens.set(mint.jwk()))
        let gateway = try start(server)
        let good = token()
        let answer = try use(gateway, good)
        #expect(answer.status == 200, "\(answer.body)")
        let record = try gateway.record(of: answer)
        #expect(record["principal"]?["id"]?.string == "idp:alice")
        #expect(record["principal"]?["auth"]?.string == "jwt")
        #expect(try use(gateway, good, "/api/maxine/auth/whoami").body.contains("\"viewer\""))
        #expect(try use(gateway, good, "/api/maxine/api-keys").status == 403)
        for name in ["jku", "x5u"] {
            let url = server.address + "/evil"
            let header = #"{"alg":"ES256","kid":"k1","\#(name)":"\#(url)"}"#
            #expect(try use(gateway, token(header: header)).status == 401)
        }
        for _ in 0..<5 {
            let header = #"{"alg":"ES256","kid":"other"}"#
            #expect(try use(gateway, token(header: header)).status == 401)
        }
        let requests = try server.requests()
        #expect(requests.allSatisfy { $0 == "/jwks.json" })
        #expect(requests.count <= 2)
        let bad = good.dropLast(10) + "AAAAAAAAAA"
        #expect(try use(gateway, String(bad)).status == 401)
        let metrics = try Shell.run(["curl", "-sS", gateway.metricsAddress + "/metrics"]).output
        #expect(gateway.stop() == 0)
        // Neither the whole token nor its signature is anywhere.
        for secret in [good, String(good.suffix(60)), String(bad.suffix(60).prefix(40))] {
            #expect(!metrics.contains(secret))
            let found = try Shell.run(
                ["sh", "-c", "grep -rlaF -e \"$1\" .", "sh", secret], directory: gateway.folder)
            #expect(found.status == 1, "in \(found.output)")
        }
    }

    @Test func aBoundTokenWorksWithItsCertificateOnly() throws {
        let server = try KeyServer(keys: TestTokens.set(mint.jwk()))
        let gateway = try start(server)
        try gateway.issue("web")
        try gateway.issue("api")
        let der = try Shell.run(
            ["sh", "-c", "openssl x509 -in web/svid.pem -outform DER | base64 -w0"],
            directory: gateway.folder)
        let bytes = try #require(Data(base64Encoded: der.output))
        let digest = TestTokens.encode(Data(SHA256.hash(data: bytes)))
        let bound = token(#","cnf":{"x5t#S256":"\#(digest)"}"#)
        let header = ["Authorization: Bearer \(bound)"]
        #expect(try use(gateway, bound).status == 401)
        #expect(try gateway.curl("GET", status, as: "api", headers: header).status == 401)
        let answer = try gateway.curl("GET", status, as: "web", headers: header)
        #expect(answer.status == 200, "\(answer.body)")
        let who = try gateway.curl(
            "GET", "/api/maxine/auth/whoami", as: "web", headers: header)
        #expect(who.body.contains("\"strength\":\"bound\""))
        #expect(gateway.stop() == 0)
    }

    @Test(arguments: ["/redirect", "/huge"])
    func keysThatComeByNoHonestWayAreNotTaken(_ path: String) throws {
        let server = try KeyServer(keys: TestTokens.set(mint.jwk()))
        let gateway = try start(server, path)
        let answer = try use(gateway, token())
        #expect(answer.status == 503)
        #expect(answer.headers["retry-after"] != nil)
        #expect(try server.requests().allSatisfy { $0 == path })
        #expect(gateway.logText().contains("keys of issuer idp not fetched"))
        #expect(gateway.stop() == 0)
    }
}
