import Audit
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// What has no record is on a list; all else has one.
@Suite(.timeLimit(.minutes(10))) struct CoverageTests {
    @Test func whatIsListedHasNoRecordAndAllElseHasOne() async throws {
        let gateway = try InProcessGateway { $0.listen.revocation = .anyPort }
        try await gateway.serving { gateway in
            for path in AuditCoverage.unaudited where path.listener == "metrics" {
                let before = try gateway.journal().count
                let page = try await gateway.page(String(path.path.dropFirst(4)))
                #expect(page.status == 200, "\(path.path)")
                #expect(try gateway.journal().count == before, "\(path.path)")
            }
            for path in ["/", "/metrics/", "/debug", "/checkpoint"] {
                #expect(try await gateway.page(path).status == 404, "\(path)")
            }
            let before = try gateway.journal().count
            for path in ["/crl/00.crl", "/ocsp/AAAA", "/other"] {
                _ = try await Shell.run(
                    aside: ["curl", "-sS", "--max-time", "5", gateway.revocationAddress + path])
            }
            #expect(try gateway.journal().count == before)
            // What no row takes has a record as well.
            let missing = try await gateway.curl("GET", "/api/maxine/no/such/path")
            #expect(missing.headers["maxine-audit"] != nil)
        }
        #expect(AuditCoverage.unaudited.count == 6, "a new one is a decision")
    }

    /// docs/audit-log.md lists the members of a record, all that there are and no other, in their order.
    @Test func theDocumentListsTheMembersOfARecord() async throws {
        let text = try String(
            contentsOf: SourceRoot.url.appending(path: "docs/audit-log.md"), encoding: .utf8)
        let table = try #require(text.components(separatedBy: "## Records").last)
            .components(separatedBy: "## Aggregates")[0]
        let listed = table.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { line in
            line.split(separator: "|")[0].split(
                separator: "`", omittingEmptySubsequences: false
            ).enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            _ = try await gateway.register("api", "api-1")
            let beat = "/api/maxine/services/api/instances/api-1/heartbeat"
            _ = try await gateway.curl("POST", beat, options: [gateway.serviceAddress + beat])
            _ = try await gateway.curl("GET", "/api/maxine/services/api")
            _ = try await gateway.curl("GET", "/bundle", at: gateway.federationAddress)
            var written: Set<String> = []
            for record in try gateway.journal() {
                guard case .object(let members) = record else {
                    throw TestFault(description: "a record that is no object")
                }
                let names = members.map(\.name)
                let known = listed.filter { names.contains($0) }
                #expect(names == known, "\(names)")
                written.formUnion(names)
            }
            // A reason stands in refusals, of which there is none here that gives one.
            #expect(written.union(["reason"]) == Set(listed))
        }
    }
}
