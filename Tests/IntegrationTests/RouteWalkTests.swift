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
        let csr = try SigningRequest.make(
            "spiffe://maxine.local/ns/default/dc/dc1/svc/api", in: gateway.folder)
        #expect(RouteDescription.all.count >= 8)
        for route in RouteDescription.all {
            let answer = try gateway.curl(
                route.method,
                route.path.replacing("{service}", with: "api").replacing("{id}", with: "api-1"),
                body: route.takesBody ? body(of: route, csr) : nil)
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

    private func body(of route: RouteDescription, _ csr: String) -> String {
        guard route.action == "identity.issue" else {
            return #"{"address":"10.0.0.1","port":80}"#
        }
        var writer = JSONWriter()
        writer.raw("{\"csr\":")
        writer.string(csr)
        writer.raw("}")
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Signing requests made with the openssl command, as a client without our tools makes them.
enum SigningRequest {
    /// Makes a key and a request for one URI; returns the request in PEM.
    static func make(_ uri: String, in folder: URL, name: String = "request") throws -> String {
        let result = try Shell.run(
            [
                "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "\(name).key", "-subj",
                "/CN=test", "-addext", "subjectAltName=URI:\(uri)",
            ], directory: folder)
        return result.output
    }
}
