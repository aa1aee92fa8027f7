import Foundation
import StrictJSON
import Testing

/// API keys through the binary: every row of what can go wrong with them, over real connections.
@Suite(.serialized) struct APIKeyTests {
    private let policy = """
        maxine_policy: 1
        name: keys
        bindings:
          - role: admin
            subjects: [{ spiffe: "spiffe://maxine.local/operator/*" }, { api_key_scope: everything }]
          - role: service
            subjects: [{ spiffe: "spiffe://maxine.local/ns/*/dc/*/svc/*" }]
          - role: viewer
            subjects: [{ api_key_scope: look }]
        acl:
          - { id: admins, effect: allow, subjects: [role:admin], actions: [service.*, identity.issue], resources: { services: ["*"] } }
          - { id: viewers, effect: allow, subjects: [role:viewer], actions: [service.read, service.discover], resources: { services: ["*"] } }
        """

    private let status = "/api/maxine/status"

    private func start(_ policy: String? = nil) throws -> GatewayProcess {
        let gateway = try GatewayProcess(policy: policy ?? self.policy)
        try gateway.start()
        return gateway
    }

    private struct Made {
        let id: String
        let key: String
    }

    private func create(
        _ gateway: GatewayProcess, _ members: String = #""scopes":["look"]"#
    ) throws -> Made {
        let answer = try gateway.curl(
            "POST", "/api/maxine/api-keys", body: #"{"name":"ci",\#(members)}"#)
        #expect(answer.status == 201, "\(answer.body)")
        let value = try StrictJSON.parse(Array(answer.body.utf8))
        return Made(id: value["id"]?.string ?? "", key: value["key"]?.string ?? "")
    }

    private func use(
        _ gateway: GatewayProcess, _ key: String, _ path: String? = nil, method: String = "GET",
        body: String? = nil
    ) throws -> GatewayProcess.Answer {
        try gateway.curl(
            anonymously: method, gateway.peopleAddress + (path ?? status), body: body,
            headers: ["X-API-Key: \(key)"])
    }

    @Test func aKeyWorksInBothHeadersOnBothListenersWithinItsScope() throws {
        let gateway = try start()
        let made = try create(gateway)
        #expect(try use(gateway, made.key).status == 200)
        let bearer = try gateway.curl(
            anonymously: "GET", gateway.peopleAddress + status,
            headers: ["Authorization: Bearer \(made.key)"])
        #expect(bearer.status == 200)
        let beside = try gateway.curl("GET", status, headers: ["X-API-Key: \(made.key)"])
        #expect(beside.status == 200)
        let record = try gateway.record(of: beside)
        #expect(record["principal"]?["kind"]?.string == "key")
        #expect(record["principal"]?["id"]?.string == made.id)
        #expect(record["principal"]?["auth"]?.string == "api_key")
        #expect(record["client"]?["cert"]?.string != nil)
        // The scope is too small for a change, whatever the certificate beside it may do.
        let body = #"{"address":"10.0.0.7","port":80}"#
        let path = "/api/maxine/services/api/instances/a"
        #expect(try use(gateway, made.key, path, method: "PUT", body: body).status == 403)
        #expect(
            try gateway.curl("PUT", path, body: body, headers: ["X-API-Key: \(made.key)"]).status
                == 403)
        let who = try StrictJSON.parse(
            Array(try use(gateway, made.key, "/api/maxine/auth/whoami").body.utf8))
        #expect(who["kind"]?.string == "key")
        #expect(who["owner"]?["id"]?.string == "spiffe://maxine.local/operator/operator")
        #expect(gateway.stop() == 0)
    }

    @Test func wrongKeysAllGetOneAnswer() throws {
        let gateway = try start()
        let made = try create(gateway)
        let other = try create(gateway)
        // A right checksum over another key's secret under this id can't be made up; a rotated key's old text can.
        let rotated = try gateway.curl(
            "POST", "/api/maxine/api-keys/\(other.id)/rotate", body: "{}")
        #expect(rotated.status == 200)
        var bodies: Set<String> = []
        for key in [
            String(made.key.dropLast()) + (made.key.hasSuffix("0") ? "1" : "0"), other.key,
            "mxk_AAAAAAAA_" + String(repeating: "A", count: 49), "x", made.key + made.key,
        ] {
            let answer = try use(gateway, key)
            #expect(answer.status == 401)
            #expect(answer.headers["www-authenticate"]?.hasPrefix("Bearer ") == true)
            bodies.insert(answer.body.replacing(/[0-9]+/, with: "N"))
            let record = try gateway.record(of: answer)
            #expect(record["gate"]?.string == "authn")
        }
        #expect(bodies.count == 1)
        for path in [status + "?key=\(made.key)", status + "?api_key=\(made.key)"] {
            let answer = try gateway.curl(anonymously: "GET", gateway.peopleAddress + path)
            #expect(answer.status == 400 || answer.status == 401)
            #expect(!answer.body.contains(made.key))
        }
        let two = try gateway.curl(
            anonymously: "GET", gateway.peopleAddress + status,
            headers: ["X-API-Key: \(made.key)", "Authorization: Bearer \(made.key)"])
        #expect(two.status == 400)
        #expect(gateway.stop() == 0)
    }

    @Test func aRotatedKeysOldSecretLivesForItsGraceOnly() throws {
        let gateway = try start()
        let made = try create(gateway)
        let answer = try gateway.curl(
            "POST", "/api/maxine/api-keys/\(made.id)/rotate", body: #"{"graceSeconds":2}"#)
        let next = try StrictJSON.parse(Array(answer.body.utf8))["key"]?.string ?? ""
        #expect(try use(gateway, made.key).status == 200)
        #expect(try use(gateway, next).status == 200)
        sleep(3)
        #expect(try use(gateway, made.key).status == 401)
        #expect(try use(gateway, next).status == 200)
        #expect(gateway.stop() == 0)
    }

    @Test func timesAddressesAndCertificatesBindAKey() throws {
        let gateway = try start()
        let short = try create(gateway, #""scopes":["look"],"expiresInSeconds":2"#)
        #expect(try use(gateway, short.key).status == 200)
        let later = try create(gateway, #""scopes":["look"],"startsInSeconds":3600"#)
        #expect(try use(gateway, later.key).status == 401)
        let elsewhere = try create(gateway, #""scopes":["look"],"cidrs":["10.0.0.0/8"]"#)
        #expect(try use(gateway, elsewhere.key).status == 401)
        let here = try create(gateway, #""scopes":["look"],"cidrs":["10.0.0.0/8","127.0.0.0/8"]"#)
        #expect(try use(gateway, here.key).status == 200)
        let bound = try create(
            gateway,
            #""scopes":["look"],"spiffeId":"spiffe://maxine.local/ns/default/dc/dc1/svc/web""#)
        #expect(try use(gateway, bound.key).status == 401)
        let key = ["X-API-Key: \(bound.key)"]
        #expect(try gateway.curl("GET", status, headers: key).status == 401)
        try gateway.issue("web")
        #expect(try gateway.curl("GET", status, as: "web", headers: key).status == 200)
        sleep(2)
        #expect(try use(gateway, short.key).status == 401)
        #expect(gateway.stop() == 0)
    }

    @Test func aRevokedKeyStopsAtOnceAndStaysRevokedWithAnOldStore() throws {
        let gateway = try start()
        let made = try create(gateway)
        #expect(try use(gateway, made.key).status == 200)
        gateway.stop()
        let store = gateway.folder.appending(path: "data/credentials.sqlite")
        let copy = try Data(contentsOf: store)
        try gateway.start()
        #expect(try use(gateway, made.key).status == 200)
        #expect(try gateway.curl("DELETE", "/api/maxine/api-keys/\(made.id)").status == 204)
        #expect(try use(gateway, made.key).status == 401)
        gateway.crash()
        try gateway.start()
        #expect(try use(gateway, made.key).status == 401)
        gateway.stop()
        for name in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: store.path + name)
        }
        try copy.write(to: store)
        try gateway.start()
        #expect(try use(gateway, made.key).status == 401)
        #expect(gateway.stop() == 0)
    }

    @Test func aKeyIsNeverAboveItsOwner() throws {
        let gateway = try start()
        // Everything that an admin may, and still no keys by a key.
        let made = try create(gateway, #""scopes":["everything"]"#)
        #expect(try use(gateway, made.key, "/api/maxine/api-keys").status == 200)
        let minted = try use(
            gateway, made.key, "/api/maxine/api-keys", method: "POST", body: #"{"name":"x"}"#)
        #expect(minted.status == 403)
        let other = policy.replacing(
            #"{ spiffe: "spiffe://maxine.local/operator/*" }, "#, with: "")
        try Data(other.utf8).write(to: gateway.folder.appending(path: "policy.yaml"))
        try gateway.signal(SIGHUP)
        var answer = try use(gateway, made.key, "/api/maxine/api-keys")
        for _ in 0..<50 where answer.status != 403 {
            usleep(100_000)
            answer = try use(gateway, made.key, "/api/maxine/api-keys")
        }
        #expect(answer.status == 403, "the owner was demoted")
        #expect(gateway.stop() == 0)
    }

    @Test func aKeysLimitsAreItsOwn() throws {
        let gateway = try start()
        let made = try create(gateway, #""scopes":["look"],"limits":{"perMinute":3,"perHour":50}"#)
        let first = try use(gateway, made.key)
        #expect(first.headers["ratelimit-policy"] == #""minute";q=3;w=60, "hour";q=50;w=3600"#)
        #expect(first.headers["ratelimit"]?.hasPrefix(#""minute";r=2;t="#) == true)
        #expect(try use(gateway, made.key).status == 200)
        #expect(try use(gateway, made.key).status == 200)
        let over = try use(gateway, made.key)
        #expect(over.status == 429)
        #expect(Int(over.headers["retry-after"] ?? "") ?? 0 > 50)
        #expect(try use(gateway, try create(gateway).key).status == 200)
        #expect(gateway.stop() == 0)
    }

    @Test func theCommandsDoItAllAndTheKeyIsNowhere() throws {
        let gateway = try GatewayProcess(policy: policy, configuration: "log: { level: trace }\n")
        try gateway.start()
        let created = try gateway.maxine(
            "keys", "create", "--name", "ci", "--scope", "look", "--expires", "1h", "--cidr",
            "127.0.0.1/32", "--per-minute", "100")
        #expect(created.status == 0, "\(created.error)")
        let key = created.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(key.wholeMatch(of: /mxk_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}/) != nil)
        let id = String(key.dropFirst(4).prefix(8))
        let environment = [
            "MAXINE_ADDR": gateway.peopleAddress, "MAXINE_TOKEN": key,
            "MAXINE_CACERT": "certs/bundle.pem",
        ]
        let who = try Shell.run(
            [GatewayProcess.binary, "whoami"], environment: environment, directory: gateway.folder)
        #expect(who.output.contains("api_key") && who.output.contains("viewer"), "\(who.error)")
        let list = try gateway.maxine("keys", "list")
        #expect(list.output.contains(id) && list.output.contains("live"))
        #expect(try gateway.maxine("keys", "show", id).output.contains("lastUsedAt"))
        let rotated = try gateway.maxine("keys", "rotate", id, "--grace", "1h")
        #expect(rotated.status == 0)
        let next = rotated.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try gateway.maxine("keys", "revoke", id).status == 0)
        let refused = try Shell.run(
            [GatewayProcess.binary, "whoami"], environment: environment, directory: gateway.folder)
        #expect(refused.status == 4)
        let bad = key.dropLast(8) + "00000000"
        _ = try use(gateway, String(bad))
        _ = try use(gateway, key, "/api/maxine/api-keys/\(key)")
        let metrics = try Shell.run(["curl", "-sS", gateway.metricsAddress + "/metrics"]).output
        #expect(metrics.contains("maxine_credentials_refused_total"))
        #expect(gateway.stop() == 0)
        for secret in [key, next, String(bad)].map({ String($0.dropFirst(13).prefix(43)) }) {
            #expect(secret.count == 43)
            #expect(!metrics.contains(secret) && !list.output.contains(secret))
            let found = try Shell.run(
                ["sh", "-c", "grep -rlaF -e \"$1\" .", "sh", secret], directory: gateway.folder)
            #expect(found.status == 1, "in \(found.output)")
        }
    }

    @Test(arguments: [
        (#"{"name":""}"#, 400), (#"{"name":"x","scope":["a"]}"#, 400),
        (#"{"name":"x","scopes":"a"}"#, 400), (#"{"name":"x","cidrs":["10.0.0.0"]}"#, 201),
        (#"{"name":"x","cidrs":["10.0.0.0/99"]}"#, 422), (#"{"name":"x","spiffeId":"x"}"#, 422),
        (#"{"name":"x","expiresInSeconds":0}"#, 422),
        (#"{"name":"x","limits":{"perMinute":0}}"#, 422),
        (#"{"name":"x","expiresInSeconds":5,"startsInSeconds":9}"#, 422), ("[]", 400), ("", 400),
    ])
    func badRequestsSayWhatIsWrong(_ body: String, _ status: Int) throws {
        let gateway = try start()
        let answer = try gateway.curl("POST", "/api/maxine/api-keys", body: body)
        #expect(answer.status == status, "\(body): \(answer.body)")
        #expect(try gateway.curl("DELETE", "/api/maxine/api-keys/AAAAAAAA").status == 404)
        #expect(try gateway.curl("GET", "/api/maxine/api-keys/AAAAAAAA").status == 404)
        #expect(gateway.stop() == 0)
    }
}
