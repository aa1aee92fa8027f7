import AuditExport
import Foundation
import Gateway
import StrictJSON
import Testing

/// Query, export, exporters and alerts of the binary as a user runs it.
@Suite(.serialized) struct AuditExportTests {
    private let allowAll = """
        maxine_policy: 1
        name: auditors
        bindings: [ { role: admin, subjects: [ { spiffe: "spiffe://maxine.local/operator/*" } ] } ]
        acl: [ { id: all, effect: allow, subjects: [ role:admin ], actions: [ "service.*" ], resources: { services: [ "*" ] } } ]
        """

    private func gateway(_ configuration: String = "") throws -> GatewayProcess {
        let gateway = try GatewayProcess(policy: allowAll, configuration: configuration)
        try gateway.start()
        for number in 0..<20 { _ = try gateway.register("api", "i-\(number)") }
        for _ in 0..<5 { _ = try gateway.curl("GET", "/api/maxine/services/none") }
        return gateway
    }

    @Test func answersQueriesAndRecordsThatItDid() throws {
        let gateway = try gateway()
        let answer = try gateway.curl(
            "GET",
            "/api/maxine/audit/records?service=api&action=service.register&type=intent&limit=7")
        #expect(answer.status == 200, "\(answer.body)")
        let body = try StrictJSON.parse(Array(answer.body.utf8))
        guard case .array(let found)? = body["records"] else {
            Issue.record("\(answer.body)")
            return
        }
        #expect(found.count == 7)
        let lines = try gateway.records()
        for item in found {
            let sequence = item["record"]?["seq"]?.integer ?? 0
            let line = lines[Int(sequence) - 1]
            #expect(answer.body.contains(line))
            #expect(item["record"]?["resource"]?["service"]?.string == "api")
        }
        let older = try gateway.curl(
            "GET",
            "/api/maxine/audit/records?service=api&type=intent&before=\(body["before"]?.integer ?? 0)"
        )
        #expect(older.status == 200)
        let record = try gateway.record(of: answer)
        #expect(record["action"]?.string == "audit.read")
        #expect(record["detail"]?["filter"]?["service"]?.string == "api")
        #expect(gateway.stop() == 0)
        #expect(try gateway.verify().status == 0)
    }

    @Test(arguments: ["jsonl", "csv", "ocsf", "cef", "leef", "ecs", "otlp", "syslog"])
    func streamsAnExportThatItsProofProves(format: String) throws {
        let gateway = try gateway()
        let query = "service=api&format=\(format)"
        let export = try gateway.curl("GET", "/api/maxine/audit/export?\(query)")
        #expect(export.status == 200, "\(export.body)")
        let size = export.headers["maxine-export-size"] ?? ""
        let proof = try gateway.curl(
            "GET", "/api/maxine/audit/export?\(query)&part=proof&size=\(size)")
        #expect(proof.status == 200, "\(proof.body)")
        #expect(try gateway.record(of: export)["action"]?.string == "audit.export")
        try Data(export.body.utf8).write(to: gateway.folder.appending(path: "export"))
        try Data(proof.body.utf8).write(to: gateway.folder.appending(path: "export.proof"))
        let alone = try gateway.maxine("audit", "verify-export", "export")
        #expect(alone.status == 0, "\(alone.error)")
        let check = try gateway.maxine("audit", "verify-export", "export", "--dir", "data/audit")
        #expect(check.status == 0, "\(check.error)")
        #expect(check.output.contains("40 records of"), "\(check.output)")
        #expect(gateway.stop() == 0)
    }

    @Test func namesWhatIsWrongWithAParameter() throws {
        let gateway = try gateway()
        for (path, words) in [
            ("records?from=yesterday", ["from", "not a time"]), ("records?limit=0", ["limit"]),
            ("records?before=x", ["before"]),
            ("records?decision=perhaps", ["decision", "allow, deny"]),
            ("records?colour=red", ["colour"]), ("records?type=x", ["type"]),
            ("records?from=2026-01-02&to=2026-01-01", ["to", "not after"]),
            ("records?principal=", ["principal"]), ("export?format=xml", ["format", "jsonl"]),
            ("export?part=half", ["part", "records, proof"]), ("export?part=proof", ["size"]),
            ("export?size=0", ["size"]), ("export?framework=x", ["framework", "pci"]),
            ("export?limit=5", ["limit"]), ("export?size=99999999", ["size"]),
        ] {
            let answer = try gateway.curl("GET", "/api/maxine/audit/" + path)
            #expect(answer.status == 400, "\(path): \(answer.body)")
            for word in words { #expect(answer.body.contains(word), "\(path): \(answer.body)") }
        }
        for (arguments, word) in [
            (["query", "--from", "soon"], "--from"), (["query", "--limit", "0"], "--limit"),
            (["query", "--before", "x"], "--before"), (["query", "--decision", "x"], "--decision"),
            (["query", "--type", "x"], "--type"), (["export", "--format", "xml"], "--format"),
            (["export", "--bundle", "b", "--framework", "x"], "--framework"),
            (["export", "--bundle", "b", "--policy", "none.yaml"], "--policy"),
            (["alerts", "test", "none.yaml"], "none.yaml"),
            (["query", "--colour", "x"], "--colour"),
        ] {
            let result = try Shell.run(
                [GatewayProcess.binary, "audit"] + arguments, directory: gateway.folder)
            #expect(result.status == 2, "\(arguments): \(result.status) \(result.error)")
            #expect(result.error.contains(word), "\(arguments): \(result.error)")
        }
        #expect(gateway.stop() == 0)
    }

    @Test func refusesToStartWithABrokenFileOfRulesOrExporters() throws {
        for (key, text, words) in [
            ("exporters", "maxine_exporters: 1\nexporters: [ { name: a, type: kafka } ]", ":2:29:"),
            ("alerts", "maxine_alerts: 1\nrules: [ { id: a } ]", ":2:10:"),
            (
                "alerts", "maxine_alerts: 1\nrules: [ { id: a, when: { action: log.clock } } ]",
                "no test expects it"
            ),
        ] {
            let gateway = try GatewayProcess(configuration: "audit: { \(key): ./x.yaml }\n")
            try Data(text.utf8).write(to: gateway.folder.appending(path: "x.yaml"))
            let result = try Shell.run(
                [GatewayProcess.binary, "serve", "--config", "maxine.yaml"],
                directory: gateway.folder)
            #expect(result.status == 2, "\(result.error)")
            #expect(result.error.contains(words), "\(result.error)")
        }
    }

    @Test func followsWithAnExporterAndFiresAlerts() throws {
        let gateway = try GatewayProcess(
            policy: allowAll,
            configuration: "audit: { exporters: ./exporters.yaml, alerts: ./alerts.yaml }\n")
        let files = [
            "exporters.yaml":
                "maxine_exporters: 1\nexporters: [ { name: copy, type: file, path: ./copy.jsonl } ]\n",
            "alerts.yaml": """
            maxine_alerts: 1
            outputs: [ { name: page, type: command, argv: [ /usr/bin/tee, "\(gateway.folder.path)/paged" ] } ]
            rules: [ { id: lost, title: "a service that is not there", when: { action: service.read, service: none }, count: 3, outputs: [ page ] } ]
            tests: [ { name: t, events: [ { action: service.read, service: none, times: 3 } ], expect: [ lost ] } ]
            """,
        ]
        for (name, text) in files {
            try Data(text.utf8).write(to: gateway.folder.appending(path: name))
        }
        try gateway.start()
        usleep(500_000)
        for _ in 0..<3 { _ = try gateway.curl("GET", "/api/maxine/services/none") }
        let fired = try gateway.awaitRecord { $0["action"]?.string == "alert.fired" }
        #expect(fired?["rule"]?.string == "lost", "\(gateway.logText())")
        let paged = gateway.folder.appending(path: "paged")
        for _ in 0..<100 where !FileManager.default.fileExists(atPath: paged.path) {
            usleep(50_000)
        }
        usleep(100_000)
        #expect(try String(contentsOf: paged, encoding: .utf8).contains("\"rule\":\"lost\""))
        usleep(500_000)
        #expect(gateway.stop() == 0)
        let copy = try String(
            contentsOf: gateway.folder.appending(path: "copy.jsonl"), encoding: .utf8)
        let lines = try gateway.records()
        let copied = copy.split(separator: "\n").map(String.init)
        #expect(copied == Array(lines.prefix(copied.count)))
        #expect(copied.count >= lines.count - 2)
    }

    @Test func coverageNamesEveryRouteAndTheUnauditedPages() throws {
        let gateway = try gateway()
        let coverage = try StrictJSON.parse(
            Array(try gateway.maxine("audit", "coverage", "--json").output.utf8))
        guard case .array(let routes)? = coverage["routes"],
            case .array(let unaudited)? = coverage["unaudited"]
        else {
            Issue.record("no lists")
            return
        }
        #expect(routes.count == RouteDescription.all.count)
        for route in RouteDescription.all {
            #expect(
                routes.contains {
                    $0["way"]?.string == "\(route.method) \(route.path)"
                        && $0["action"]?.string == route.action
                })
        }
        // Each page named as unaudited answers and leaves no record; any other path does leave one.
        usleep(600_000)
        let before = try gateway.records().count
        for row in unaudited {
            let path = row["way"]?.string?.split(separator: " ")[1] ?? ""
            #expect(try gateway.health(String(path)) == 200)
        }
        #expect(try gateway.records().count == before)
        _ = try gateway.curl("GET", "/no/such/path")
        #expect(try gateway.records().count == before + 1)
        #expect(gateway.stop() == 0)
    }

    @Test func everyActionOfARunIsAKnownEvent() throws {
        let gateway = try gateway()
        _ = try gateway.curl("GET", "/api/maxine/audit/export")
        _ = try gateway.curl("DELETE", "/api/maxine/services/api/instances/i-1")
        #expect(gateway.stop() == 0)
        let known = Set(EventKind.all.map(\.action))
        for record in try gateway.journal() {
            let action = record["action"]?.string ?? ""
            #expect(known.contains(action), "\(action)")
        }
    }

    @Test func writesABundleThatChecksByItsReadme() throws {
        let gateway = try gateway()
        #expect(gateway.stop() == 0)
        let made = try gateway.maxine(
            "audit", "export", "--bundle", "bundle", "--policy", "policy.yaml", "--framework", "pci"
        )
        #expect(made.status == 0, "\(made.error)")
        let bundle = gateway.folder.appending(path: "bundle")
        let readme = try String(contentsOf: bundle.appending(path: "README.txt"), encoding: .utf8)
        let commands = readme.split(separator: "\n").filter { $0.hasPrefix("$ ") }
        #expect(commands.count == 7)
        for command in commands {
            let result = try Shell.run(
                ["sh", "-c", String(command.dropFirst(2))], directory: bundle)
            #expect(result.status == 0, "\(command): \(result.error)")
        }
        let policies = try String(
            contentsOf: bundle.appending(path: "policies.json"), encoding: .utf8)
        #expect(policies.contains("\"included\":true"), "\(policies)")
    }
}
