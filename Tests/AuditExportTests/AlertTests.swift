import AuditExport
import Foundation
import Testing

@Suite struct AlertTests {
    private static var shipped: String {
        get throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
            return try String(
                contentsOf: root.appending(path: "policies/alerts/default.yaml"), encoding: .utf8)
        }
    }

    @Test func shippedRulesPassTheirOwnTests() throws {
        let file = try AlertFile(try Self.shipped, file: "default.yaml")
        #expect(file.runTests() == [])
        #expect(file.ruleIDs.count == 12)
        #expect(file.testCount > file.ruleIDs.count)
    }

    /// Each rule is broken once; then at least one of the tests must fail.
    @Test func aBrokenRuleFailsItsTest() throws {
        let text = try Self.shipped
        let file = try AlertFile(text, file: "default.yaml")
        let changes = [
            ("count: 10\n", "count: 11\n"), ("count: 5\n", "count: 6\n"),
            ("count: 20\n", "count: 31\n"),
            ("action: role.assign, decision: allow }\n", "action: role.read, decision: allow }\n"),
            ("[policy.activate, policy.write]", "[policy.write]"), ("count: 100\n", "count: 101\n"),
            ("[log.recovered, log.resumed, log.dropped]", "[log.resumed]"),
            ("when: { action: log.clock }", "when: { action: log.stopped }"),
            ("\"break-glass*\"", "break-glass"), ("above: 100000", "above: 100001"),
            ("below: 10\n", "below: 9\n"), ("by: client_ip", "by: service"),
            ("within: 60s\n    by: client_ip", "within: 1h\n    by: client_ip"),
        ]
        for (from, to) in changes {
            let place = try #require(text.range(of: from), "\(from)")
            let broken = try AlertFile(
                text.replacingCharacters(in: place, with: to), file: "broken.yaml")
            #expect(!broken.runTests().isEmpty, "\(from) -> \(to)")
        }
        #expect(file.runTests().isEmpty)
    }

    @Test func aRuleWithoutATestFails() throws {
        let file = try AlertFile(
            "maxine_alerts: 1\nrules: [ { id: a, when: { action: log.clock } } ]\n", file: "a.yaml")
        #expect(file.runTests() == ["rule 'a': no test expects it; add one that fires it"])
    }

    @Test(arguments: [
        ("rules: []", "a.yaml:1:1: the key 'maxine_alerts: 1' is missing"),
        ("maxine_alerts: 2", "a.yaml:1:16: maxine_alerts must be a number from 1 to 1"),
        ("maxine_alerts: 1\ncolour: red", "a.yaml:2:1: unknown key 'colour'"),
        ("maxine_alerts: 1\nrules: [ { id: a } ]", "a.yaml:2:10: a rule needs 'when' or 'signal'"),
        (
            "maxine_alerts: 1\nrules: [ { id: a, when: { colour: red } } ]",
            "a.yaml:2:27: unknown key 'colour'"
        ),
        (
            "maxine_alerts: 1\nrules: [ { id: a, when: { action: x }, count: 0 } ]",
            "a.yaml:2:47: count must be a number from 1"
        ),
        (
            "maxine_alerts: 1\nrules: [ { id: a, when: { action: x }, within: soon } ]",
            "within must be a span from 1s"
        ),
        (
            "maxine_alerts: 1\nrules: [ { id: a, when: { action: x }, outputs: [ b ] } ]",
            "there is no output 'b'"
        ),
        (
            "maxine_alerts: 1\noutputs: [ { name: a, type: command, argv: [ sh, -c, x ] } ]",
            "begins with a program's whole path"
        ),
        (
            "maxine_alerts: 1\noutputs: [ { name: a, type: webhook, url: \"http://example.org/\" } ]",
            "https://, or http:// to this machine"
        ),
        (
            "maxine_alerts: 1\noutputs: [ { name: a, type: syslog, address: here } ]",
            "needs an address as host:port"
        ),
        (
            "maxine_alerts: 1\nrules: [ { id: a, signal: exporter_lag } ]",
            "a signal needs 'above' or 'below'"
        ),
        (
            "maxine_alerts: 1\ntests: [ { name: a, events: [], expect: [ b ] } ]",
            "there is no rule 'b'"
        ),
        ("maxine_alerts: 1\nrules: {", "a.yaml:"), ("", "a.yaml:1:1: the file is empty"),
    ])
    func saysWhatIsWrongAndWhere(text: String, expected: String) {
        #expect {
            _ = try AlertFile(text, file: "a.yaml")
        } throws: { error in
            guard case .document(let faults)? = error as? ExportError else { return false }
            return faults.contains { $0.contains(expected) }
        }
    }

    @Test(arguments: [
        ("exporters: []", "the key 'maxine_exporters: 1' is missing"),
        (
            "maxine_exporters: 1\nexporters: [ { name: A, type: file } ]",
            "x.yaml:2:14: an exporter needs a name"
        ),
        (
            "maxine_exporters: 1\nexporters: [ { name: a, type: kafka } ]",
            "type must be one of syslog, otlp, file"
        ),
        ("maxine_exporters: 1\nexporters: [ { name: a, type: file } ]", "needs a path"),
        (
            "maxine_exporters: 1\nexporters: [ { name: a, type: syslog, address: x } ]",
            "is not host:port"
        ),
        (
            "maxine_exporters: 1\nexporters: [ { name: a, type: otlp, url: \"http://example.org\" } ]",
            "must be https://"
        ),
        (
            "maxine_exporters: 1\nexporters: [ { name: a, type: file, path: p, format: xml } ]",
            "format must be one of"
        ),
        (
            "maxine_exporters: 1\nexporters: [ { name: a, type: file, path: p, colour: x } ]",
            "unknown key 'colour'"
        ),
        (
            "maxine_exporters: 1\nexporters: [ { name: a, type: file, path: p, filter: { decision: x } } ]",
            "filter: decision: 'x'"
        ),
        (
            "maxine_exporters: 1\nexporters: [ { name: a, type: syslog, address: \"h:1\", cert: c } ]",
            "cert and key belong together"
        ),
        (
            "maxine_exporters: 1\nexporters: [ { name: a, type: file, path: p }, { name: a, type: file, path: q } ]",
            "two exporters have the same name"
        ),
    ])
    func saysWhatIsWrongWithExporters(text: String, expected: String) {
        #expect {
            _ = try ExporterFile.parse(text, file: "x.yaml")
        } throws: { error in
            guard case .document(let faults)? = error as? ExportError else { return false }
            return faults.contains { $0.contains(expected) }
        }
    }
}
