import Foundation
import StrictJSON
import Support
import Testing

/// A person of a real directory is erased by two operators at the command line: no file tells of them, and all proofs still hold.
@Suite(.serialized, .enabled(if: SlapdServer.isThere, "slapd and ldap-utils are not installed"))
struct ErasureCommandTests {
    private static let policy = """
        maxine_policy: 1
        name: erasing
        roles:
          public: { actions: [session.create] }
          team: { actions: [service.*, key.*, system.read] }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: team, subjects: [{ user: corp/canaria }, { api_key_scope: all }] }
          - { role: public, subjects: [{ anonymous: true }] }
        acl:
          - { id: team, effect: allow, subjects: [role:team], actions: [service.*], resources: { services: ["*"] } }
        """
    private static let person = """
        dn: uid=canaria,ou=people,dc=example,dc=org
        objectClass: inetOrgPerson
        uid: canaria
        cn: canaria
        sn: canaria
        mail: canaria@example.org
        userPassword: \(SlapdServer.password)


        """
    private static let canaries = [
        "name": Data("canaria".utf8), "agent": Data("canary-agent".utf8),
        "address": Data("127.83.19.7".utf8),
    ]

    @Test func noFileTellsOfThePersonAndAllProofsStillHold() throws {
        let server = try SlapdServer()
        try server.add(Self.person)
        let gateway = try GatewayProcess.started(
            policy: Self.policy,
            configuration: server.settings()
                + "audit: { segment_bytes: 64KiB, fill_bytes: 0, tile_entries: true }\n")
        let data = FolderSearch(gateway.folder.appending(path: "data"))
        #expect(try gateway.maxine("operator", "create", "second").status == 0)
        let key = try leaveTraces(in: gateway)
        let pseudonym = try #require(try self.pseudonyms(in: gateway).first)
        let told = try gateway.maxine("audit", "tail", "-n", "1000")
        #expect(told.output.contains("by corp/canaria"), "\(told.output)")
        let record = try #require(
            try records(of: gateway).last {
                $0.line.contains(pseudonym) && $0.line.contains("key.create")
            })
        let before = try proof(of: record, in: gateway, to: "before.proof")
        let checkpoint = try gateway.maxine("audit", "checkpoint")
        try Data(checkpoint.output.utf8).write(to: gateway.folder.appending(path: "before.note"))

        let proposed = try gateway.maxine(
            "audit", "erase-subject", "--user", "corp/canaria", "--reason", "letter of May",
            "--json")
        #expect(proposed.status == 0, "\(proposed.error)")
        let id = String(try #require(proposed.output.firstMatch(of: /"id":"(e-[a-z0-9]+)"/)?.1))
        let alone = try gateway.maxine("audit", "erase-subject", "--confirm", id)
        #expect(alone.status == 3, "\(alone.error)")
        let done = try gateway.maxine(
            "audit", "erase-subject", "--confirm", id, "--cert", "certs/second.pem", "--key",
            "certs/second.key")
        #expect(done.status == 0, "\(done.error)")
        #expect(done.output.contains(pseudonym), "\(done.output)")
        #expect(try data.holding(Self.canaries) == [], "while it runs")

        let after = try gateway.maxine("audit", "tail", "-n", "1000")
        #expect(after.output.contains("by " + pseudonym) && !after.output.contains("canaria"))
        let use = try gateway.curl("GET", "/api/maxine/status", headers: ["X-API-Key: \(key)"])
        #expect(use.status == 401, "\(use.body)")
        gateway.crash()
        #expect(try data.holding(Self.canaries) == [], "killed")
        try gateway.start()
        #expect(try data.holding(Self.canaries) == [], "started again")
        try expectProofs(of: record, before: before, in: gateway)
        try signOn(gateway)
        // The outcome of a sign-on may follow its answer.
        #expect(gateway.stop() == 0)
        let all = try pseudonyms(in: gateway)
        #expect(all.count == 2 && all.first == pseudonym, "somebody new: \(all)")
        let lines = try records(of: gateway).map(\.line)
        #expect(
            !lines.contains { line in all.allSatisfy { line.contains($0) } }, "nothing links them")
    }

    /// Has the person sign on, fail to, register, and make and use a key; returns that key.
    private func leaveTraces(in gateway: GatewayProcess) throws -> String {
        let session = try signOn(gateway)
        let wrong = try asPerson(
            gateway, "POST", "auth/login", #"{"user":"canaria","password":"wrong"}"#)
        #expect(wrong.status == 401)
        for number in 0..<200 {
            let answer = try asPerson(
                gateway, "PUT", "services/api/instances/a-\(number % 8)",
                #"{"address":"10.0.0.7","port":8080,"ttlSeconds":3600}"#,
                "Authorization: Bearer \(session)")
            #expect(answer.status < 300, "\(answer.body)")
        }
        let made = try asPerson(
            gateway, "POST", "api-keys", #"{"name":"mine","scopes":["all"]}"#,
            "Authorization: Bearer \(session)")
        return String(try #require(made.body.firstMatch(of: /"key":"([^"]+)"/)?.1))
    }

    @discardableResult
    private func signOn(_ gateway: GatewayProcess) throws -> String {
        let opened = try asPerson(
            gateway, "POST", "auth/login",
            #"{"user":"canaria","password":"\#(SlapdServer.password)","cookie":false}"#)
        #expect(opened.status == 201, "\(opened.body)")
        return String(try #require(opened.body.firstMatch(of: /"session":"([^"]+)"/)?.1))
    }

    private func asPerson(
        _ gateway: GatewayProcess, _ method: String, _ path: String, _ body: String,
        _ header: String = "Accept: application/json"
    ) throws -> CurlAnswer {
        try CurlAnswer(
            Shell.run(
                [
                    "curl", "-sS", "-D", "-", "--max-time", "20", "--cacert", "certs/bundle.pem",
                    "--interface", "127.83.19.7", "-A", "canary-agent/7", "-X", method, "-H",
                    header, "-H", "content-type: application/json", "--data-binary", "@-",
                    "\(gateway.peopleAddress)/api/maxine/\(path)",
                ], input: body, directory: gateway.folder))
    }

    private struct Numbered {
        let sequence: Int64
        let line: String
    }

    private func records(of gateway: GatewayProcess) throws -> [Numbered] {
        let files = try FolderSearch(gateway.folder.appending(path: "data/audit/segments")).files()
        return files.sorted { $0.key < $1.key }.filter { !$0.key.hasSuffix(".gz") }.flatMap {
            file in
            String(decoding: file.value, as: UTF8.self).split(separator: "\n").compactMap { line in
                line.firstMatch(of: /^\{"seq":(\d+),/).map {
                    Numbered(sequence: Int64($0.1) ?? 0, line: String(line))
                }
            }
        }.sorted { $0.sequence < $1.sequence }
    }

    /// Who the sign-ons were of, in order.
    private func pseudonyms(in gateway: GatewayProcess) throws -> [String] {
        var found: [String] = []
        for record in try records(of: gateway) {
            guard let holder = record.line.firstMatch(of: /"holder":\{"pseudonym":"(p-[a-z0-9]+)"/)
            else { continue }
            let name = String(holder.1)
            if !found.contains(name) { found.append(name) }
        }
        return found
    }

    private func proof(
        of record: Numbered, in gateway: GatewayProcess, to file: String
    ) throws -> String {
        let leaf = try Shell.run(
            ["sh", "-c", "{ printf '\\0'; cat; } | openssl dgst -sha256 -binary | base64"],
            input: record.line)
        let hash = leaf.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let proved = try gateway.maxine(
            "audit", "prove", "\(record.sequence)", "--leaf", hash)
        #expect(proved.status == 0, "\(proved.error)")
        try Data(proved.output.utf8).write(to: gateway.folder.appending(path: file))
        return hash
    }

    private func expectProofs(
        of record: Numbered, before hash: String, in gateway: GatewayProcess
    ) throws {
        let old = try gateway.maxine(
            "audit", "prove", "\(record.sequence)", "--leaf", hash, "--proof", "before.proof")
        #expect(old.status == 0, "a proof of before: \(old.error)")
        #expect(try proof(of: record, in: gateway, to: "after.proof") == hash)
        let since = try gateway.maxine("audit", "checkpoint", "--since", "before.note")
        #expect(since.status == 0, "\(since.error)")
        let verified = try gateway.maxine(
            "audit", "verify", "--dir", "data/audit", "--checkpoint", "before.note")
        #expect(verified.status == 0, "\(verified.error)")
        #expect(verified.output.contains("end proved up to record"), "\(verified.output)")
    }
}
