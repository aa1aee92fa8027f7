import Audit
import AuditExport
import Foundation
import Policy
import StrictJSON
import Testing

/// The list of events and fields in docs/audit-log.md is that of the code.
@Suite struct EventTableTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private var document: String {
        get throws {
            try String(
                contentsOf: Self.root.appending(path: "docs/audit-log.md"), encoding: .utf8)
        }
    }

    @Test func documentListsExactlyTheEventsOfTheCode() throws {
        let rows = try document.split(separator: "\n").filter {
            $0.hasPrefix("| `") && $0.split(separator: "|").count == 4 && $0.contains(".")
                && !$0.contains("`seq`")
        }
        let due = EventKind.all.map { kind in
            "| `\(kind.action)` | \(kind.title) | \(kind.group.rawValue) "
                + "| \(kind.ocsf.classID * 100 + kind.ocsf.activity) |"
        }
        #expect(rows.map(String.init) == due)
        #expect(Set(due).count == due.count)
    }

    @Test func everyActionOfPolicyIsAnEvent() {
        let known = Set(EventKind.all.map(\.action))
        for action in Action.allCases { #expect(known.contains(action.name), "\(action.name)") }
    }

    /// Every action that a record in the sources names as a text.
    @Test func everyActionInTheSourcesIsAnEvent() throws {
        let known = Set(EventKind.all.map(\.action))
        let folder = Self.root.appending(path: "Sources")
        let files = try #require(
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var seen: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for pattern in [
                #"action: "([a-z]+\.[a-z_]+)""#, #"encode\("(log\.[a-z_]+)""#,
                #"action(?:Name)? = "([a-z]+\.[a-z_]+)""#,
            ] {
                for match in text.matches(of: try Regex(pattern, as: (Substring, Substring).self)) {
                    seen.insert(String(match.output.1))
                }
            }
        }
        #expect(seen.count > 8)
        #expect(seen.subtracting(known) == [])
    }

    /// A record with everything that the code can write has exactly the members that the document lists, in order.
    @Test func documentListsExactlyTheMembersOfARecord() throws {
        let log = TestLog()
        try log.write(1) { _ in
            Record(
                kind: .outcome, request: RequestID(high: 1, low: 2),
                identity: IdentityFragment(
                    principal: PrincipalFields(kind: "user", id: "a", auth: "oidc", roles: ["b"]),
                    client: ClientFields(
                        ip: "::1", port: 1, tls: "1.3", certificate: "0a", certificateFrom: 1, resumed: false,
                        agent: "x")),
                action: "service.read",
                resource: ResourceFields(service: "s", namespace: "n", id: "i", tags: ["t"]),
                verdict: .allow,
                gate: "g", rule: "r", reason: "w", policy: PolicyFragment(digest: "d"), status: 200,
                detail: Array("{}".utf8), intent: 1)
        }
        let line = try #require(try log.lines().first { $0.contains("\"outcome\"") })
        let record = try StrictJSON.parse(Array(line.utf8))
        func names(_ value: JSONValue?) -> [String] {
            guard case .object(let members)? = value else { return [] }
            return members.map(\.name)
        }
        var text: [String] = []
        for name in names(record) {
            var part = "`\(name)`"
            if ["principal", "client", "resource"].contains(name) {
                part += " (" + names(record[name]).map { "`\($0)`" }.joined(separator: ", ") + ")"
            }
            text.append(part)
        }
        let flat = try document.replacing("\n", with: " ")
        #expect(flat.contains("Members in their order: " + text.joined(separator: ", ") + "."))
    }

    @Test func everyControlIsAnsweredByEventsThatExist() {
        let groups = Set(EventKind.all.map(\.group))
        for control in Control.all {
            #expect(!control.evidence.isEmpty && !control.asks.isEmpty)
            for group in control.groups { #expect(groups.contains(group), "\(control.id)") }
        }
        #expect(Set(Control.all.map(\.framework)) == Set(Control.Framework.allCases))
        // The events that PCI DSS 10.2.1 names each have a row, and each group is named by one.
        for number in 1...7 { #expect(Control.all.contains { $0.id == "10.2.1.\(number)" }) }
    }
}
