import Audit
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Holds are made, listed and ended by those whom policy lets, and stand in the log alone.
@Suite(.timeLimit(.minutes(10))) struct LegalHoldTests {
    private static let path = "/api/maxine/audit/holds"

    private func names(_ gateway: InProcessGateway) async throws -> [String] {
        let answer = try await gateway.curl("GET", Self.path)
        guard case .array(let holds)? = answer.json?["holds"] else { return ["\(answer)"] }
        return holds.compactMap { $0["name"]?.string }
    }

    private func add(
        _ gateway: InProcessGateway, _ name: String, _ more: String = ""
    ) async throws -> CurlAnswer {
        try await gateway.curl(
            "POST", Self.path, body: #"{"name":"\#(name)","reason":"a court asks"\#(more)}"#)
    }

    @Test func aHoldIsInForceUntilItIsRemovedAndSurvivesRestarts() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let made = try await add(gateway, "case-7", #","from":1,"to":40"#)
            #expect(made.status == 201, "\(made.body)")
            #expect(made.json?["to"]?.integer == 40)
            #expect(try await add(gateway, "case-9").status == 201)
            let again = try await add(gateway, "case-7")
            #expect(again.status == 409)
            #expect(again.body.contains("there is a hold"))
            #expect(try await names(gateway) == ["case-7", "case-9"])
            let record = try #require(try gateway.records("audit.erase").first)
            #expect(record.contains("a court asks"))
        }
        let next = try InProcessGateway(folder: gateway.left)
        try await next.serving { next in
            let found = try await names(next)
            #expect(found == ["case-7", "case-9"])
            #expect(try await next.curl("DELETE", Self.path + "/case-7").status == 204)
            #expect(try await next.curl("DELETE", Self.path + "/case-7").status == 404)
            #expect(try await names(next) == ["case-9"])
        }
        let last = try InProcessGateway(folder: next.left)
        try await last.serving { last in
            let found = try await names(last)
            #expect(found == ["case-9"])
        }
        last.expectWholeLog()
    }

    @Test func whatIsNoHoldIsRefused() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            for (name, more) in [
                ("", ""), ("Case", ""), ("-a", ""), ("a/b", ""), ("case", #","from":9,"to":3"#),
            ] {
                #expect(try await add(gateway, name, more).status == 422, "\(name) \(more)")
            }
            for more in [#","from":0"#, #","to":"9""#, #","until":9"#] {
                #expect(try await add(gateway, "case", more).status == 400, "\(more)")
            }
            #expect(try await names(gateway).isEmpty)
            try await gateway.issue("web")
            let refused = try await gateway.curl("GET", Self.path, as: "web")
            #expect(refused.status == 403)
        }
    }

    @Test func whatItIsOnIsSaid() {
        let holds = LegalHolds()
        #expect(holds.covers(1...9) == nil && holds.againstErasing == nil)
        let plan = HoldPlan(name: "a", reason: "b", first: 10, last: 20)
        for (records, isCovered) in [
            (1...9, false), (1...10, true), (20...30, true), (12...13, true), (21...30, false),
        ] as [(ClosedRange<UInt64>, Bool)] {
            #expect(plan.covers(records) == isCovered, "\(records)")
        }
        let all = HoldPlan(name: "a", reason: "b", first: nil, last: nil)
        #expect(all.covers(1...1) && all.covers(UInt64.max...UInt64.max))
    }
}
