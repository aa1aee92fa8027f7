import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Every row of the route table is refused where no policy allows it, over a real connection.
@Suite struct RouteWalkTests {
    @Test func everyRouteIsRefusedWithoutAPolicyThatAllowsIt() async throws {
        let gateway = try InProcessGateway(policy: TestPolicy.nothingAllowed)
        let routes = RouteDescription.all(.service)
        #expect(routes.count >= 8)
        try await gateway.serving { gateway in
            for route in routes {
                let answer = try await gateway.curl(
                    route.method, route.samplePath, body: route.sampleBody)
                #expect(answer.status == 403, "\(route.method) \(route.path): \(answer.body)")
                let detail = try detail(of: answer)
                #expect(detail.contains(route.action), "\(detail)")
                #expect(detail.contains("gate rbac"), "\(detail)")
                let record = try gateway.record(of: answer)
                #expect(record["decision"]?.string == "deny")
                #expect(record["action"]?.string == route.action)
                #expect(record["status"]?.integer == 403)
            }
        }
    }

    /// Each facade has its own shape of errors; all name action and gate.
    private func detail(of answer: CurlAnswer) throws -> String {
        guard answer.headers["content-type"] == "application/problem+json" else {
            return answer.body
        }
        return try StrictJSON.parse(Array(answer.body.utf8))["detail"]?.string ?? ""
    }
}
