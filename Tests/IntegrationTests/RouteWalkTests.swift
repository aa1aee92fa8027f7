import Foundation
import Gateway
import StrictJSON
import Testing

/// Every row of the route table is refused where no policy allows it, over a real connection.
@Suite struct RouteWalkTests {
    private let nothingAllowed = """
        maxine_policy: 1
        name: nothing-allowed
        """

    @Test func everyRouteIsRefusedWithoutAPolicyThatAllowsIt() throws {
        let gateway = try GatewayProcess(policy: nothingAllowed)
        try gateway.start()
        #expect(RouteDescription.all(.service).count >= 8)
        for route in RouteDescription.all(.service) {
            let answer = try gateway.curl(
                route.method, route.samplePath, body: route.sampleBody)
            #expect(answer.status == 403, "\(route.method) \(route.path): \(answer.body)")
            let detail = try detail(of: answer)
            #expect(detail.contains(route.action), "\(detail)")
            #expect(detail.contains("gate rbac"), "\(detail)")
            let sequence = Int64(answer.headers["maxine-audit"]?.prefix { $0 != ";" } ?? "") ?? 0
            let record = try gateway.record(sequence)
            #expect(record["decision"]?.string == "deny")
            #expect(record["action"]?.string == route.action)
            #expect(record["status"]?.integer == 403)
        }
        #expect(gateway.stop() == 0)
    }

    /// Each facade has its own shape of errors; all name action and gate.
    private func detail(of answer: GatewayProcess.Answer) throws -> String {
        guard answer.headers["content-type"] == "application/problem+json" else {
            return answer.body
        }
        return try StrictJSON.parse(Array(answer.body.utf8))["detail"]?.string ?? ""
    }
}
