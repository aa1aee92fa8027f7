import Audit
import AuditExport
import Foundation
import Testing

/// What programs that nobody here wrote make of the exports.
@Suite(.serialized) struct OracleTests {
    @Test func everyOCSFEventValidatesWithTheSchema() throws {
        let python = try Peers.python()
        let log = TestLog()
        try log.write(EventSamples.all.count * 3, make: EventSamples.record)
        let files = try log.export(.ocsf)
        let script = """
            import json, sys, jsonschema
            from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
            embedded = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.8.0"))
            known, count, bad = {}, 0, 0
            for line in open(sys.argv[1]):
                event = json.loads(line)
                name = embedded.lookup_class_name_from_uid(event["class_uid"])
                if name not in known:
                    known[name] = jsonschema.Draft202012Validator(embedded.get_class_schema(name))
                for error in known[name].iter_errors(event):
                    bad += 1
                    print(name, event["unmapped"]["seq"], error.json_path, error.message[:200])
                assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
                assert event["category_uid"] == event["class_uid"] // 1000
                count += 1
            print("valid", count - bad, "of", count, sorted(known))
            sys.exit(1 if bad else 0)
            """
        let result = try Peers.run([python, "-c", script, files.records])
        #expect(result.status == 0, "\(result.output.prefix(3000))")
        #expect(result.output.contains("valid \(try log.lines().count) of"), "\(result.output)")
    }

    @Test func csvIsReadBackAndHoldsNoFormula() throws {
        let python = try Peers.python()
        let log = TestLog()
        try log.write(EventSamples.hostile.count, make: EventSamples.hostileRecord)
        let files = try log.export(.csv)
        let script = """
            import csv, sys
            rows = list(csv.DictReader(open(sys.argv[1], newline="")))
            for row in rows:
                for name, value in row.items():
                    assert value is not None and name is not None, row
                    text = value.lstrip()
                    assert not text or text[0] not in "=+-@|%\\uFF1D\\uFF0B\\uFF0D\\uFF20", (name, value)
                    assert not any(ord(c) < 32 for c in value), (name, value)
            print(len(rows), "rows")
            """
        let result = try Peers.run([python, "-c", script, files.records])
        #expect(result.status == 0, "\(result.output)\(result.error)")
        #expect(result.output == "\(try log.lines().count) rows\n")
    }

    @Test func lognormalizerReadsCEF() throws {
        try Peers.need("lognormalizer", package: "liblognorm-utils")
        let log = TestLog()
        try log.write(EventSamples.hostile.count, make: EventSamples.hostileRecord)
        let files = try log.export(.cef)
        let rules = log.file("cef.rulebase")
        try Data("version=2\nrule=:%f:cef%\n".utf8).write(to: URL(filePath: rules))
        let result = try Peers.run(
            ["sh", "-c", "lognormalizer -r \(rules) -e json < \(files.records)"])
        let lines = result.output.split(separator: "\n")
        let due = try log.lines()
        try #require(lines.count == due.count, "\(result.error)")
        for (line, record) in zip(lines, due) {
            let event = try #require(AuditEvent(line: Array(record.utf8)))
            let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let fields = try #require(parsed?["f"] as? [String: Any], "\(line)")
            let extensions = try #require(fields["Extensions"] as? [String: String], "\(line)")
            #expect(fields["SignatureID"] as? String == event.action)
            #expect(extensions["externalId"] == String(event.sequence))
            #expect(extensions["cs3"] == event.leaf.base64)
            if let reason = event.reason, !EventSamples.isBroken(reason) {
                #expect(extensions["reason"] == reason)
            }
            if let principal = event.principal?.id, !principal.isEmpty,
                !EventSamples.isBroken(principal)
            {
                #expect(extensions["suser"] == principal)
            }
        }
    }

    @Test func opentelemetryReadsOTLPInBothForms() throws {
        let python = try Peers.python()
        let log = TestLog()
        try log.write(300)
        let files = try log.export(.otlp)
        var body: [UInt8] = []
        let events = try log.lines().compactMap { AuditEvent(line: Array($0.utf8)) }
        body = OTLPEncoding.protobuf(events)
        let binary = log.file("otlp.bin")
        try Data(body).write(to: URL(filePath: binary))
        let script = """
            import json, sys
            from google.protobuf import json_format
            from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
            def records(request):
                return [r for a in request.resource_logs for s in a.scope_logs for r in s.log_records]
            text = []
            for line in open(sys.argv[1]):
                text += records(json_format.Parse(line, ExportLogsServiceRequest()))
            request = ExportLogsServiceRequest()
            request.ParseFromString(open(sys.argv[2], "rb").read())
            size = request.ByteSize()
            request.DiscardUnknownFields()
            assert request.ByteSize() == size, "unknown fields"
            binary = records(request)
            assert text == binary, "the two forms differ"
            for number, record in enumerate(binary, 1):
                names = {a.key: a.value for a in record.attributes}
                assert names["maxine.seq"].int_value == number
                assert json.loads(record.body.string_value)["seq"] == number
                assert record.time_unix_nano > 1700000000000000000 and record.severity_number >= 9
            print(len(binary), request.resource_logs[0].resource.attributes[0].value.string_value)
            """
        let result = try Peers.run([python, "-c", script, files.records, binary])
        #expect(result.status == 0, "\(result.output)\(result.error)")
        #expect(result.output == "\(events.count) maxine\n")
    }

    @Test func aBundleChecksByItsOwnReadme() throws {
        try Peers.need("ssh-keygen", package: "openssh-client")
        let log = TestLog()
        try log.write(400)
        let bundle = log.file("bundle")
        var plan = AuditBundle(
            directory: log.path, target: bundle,
            filter: try RecordFilter([(name: "decision", value: "deny")], nowNanoseconds: 0),
            nowNanoseconds: TestLog.start)
        let signer = try BundleSigner(path: log.file("bundle.key"))
        _ = try plan.write(signer: signer)
        let commands = try Self.commands(of: bundle)
        #expect(commands.count == 5)
        for command in commands {
            let result = try Peers.run(["sh", "-c", "cd \(bundle) && \(command)"])
            #expect(result.status == 0, "\(command): \(result.output)\(result.error)")
        }
        // The bundle after it proves that it goes on where this one ended.
        try log.write(300)
        plan.target = log.file("second")
        plan.previous = bundle
        _ = try plan.write(signer: signer)
        let text = try String(contentsOfFile: plan.target + "/consistency.json", encoding: .utf8)
        #expect(text.contains("\"proof\":[\""))
        for command in try Self.commands(of: plan.target) {
            let result = try Peers.run(["sh", "-c", "cd \(plan.target) && \(command)"])
            #expect(result.status == 0, "\(command): \(result.output)\(result.error)")
        }
        // A log that is not the last bundle's is refused.
        let other = TestLog()
        try other.write(900) { TestLog.sample($0 + 1) }
        plan.directory = other.path
        plan.target = other.file("bundle")
        #expect(throws: ExportError.self) { _ = try plan.write(signer: signer) }
    }

    /// Every change of any file makes one of the README's commands fail.
    @Test func aChangedBundleFailsItsReadme() throws {
        let log = TestLog()
        try log.write(60)
        let bundle = log.file("bundle")
        let plan = AuditBundle(
            directory: log.path, target: bundle, filter: RecordFilter(),
            nowNanoseconds: TestLog.start)
        _ = try plan.write(signer: BundleSigner(path: log.file("bundle.key")))
        let commands = try Self.commands(of: bundle).joined(separator: " && ")
        let names = try FileManager.default.contentsOfDirectory(atPath: bundle)
        for name in names {
            let path = bundle + "/" + name
            let before = try Data(contentsOf: URL(filePath: path))
            guard !before.isEmpty else { continue }
            var changed = before
            changed[changed.count / 2] ^= 1
            try changed.write(to: URL(filePath: path))
            let result = try Peers.run(["sh", "-c", "cd \(bundle) && \(commands)"])
            #expect(result.status != 0, "\(name)")
            try before.write(to: URL(filePath: path))
        }
        let result = try Peers.run(["sh", "-c", "cd \(bundle) && \(commands)"])
        #expect(result.status == 0, "\(result.output)\(result.error)")
    }

    static func commands(of bundle: String) throws -> [String] {
        try String(contentsOfFile: bundle + "/README.txt", encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }
    }
}
