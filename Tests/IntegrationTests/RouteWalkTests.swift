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
        let agentCSR = try SigningRequest.make("spiffe://maxine.local/agent/a", in: gateway.folder)
        #expect(RouteDescription.all.count >= 8)
        for route in RouteDescription.all
        where !route.isPublic && route.listeners.contains(.service) {
            let answer = try gateway.curl(
                route.method,
                route.path.replacing("{service}", with: "api").replacing("{id}", with: "abcd1234"),
                body: route.takesBody ? body(of: route, csr, agentCSR) : nil)
            #expect(answer.status == 403, "\(route.method) \(route.path): \(answer.body)")
            let problem = try StrictJSON.parse(Array(answer.body.utf8))
            let detail = problem["detail"]?.string ?? ""
            #expect(detail.contains(route.action), "\(detail)")
            #expect(detail.contains("gate rbac"), "\(detail)")
            let sequence = problem["audit"]?.integer ?? 0
            let record = try gateway.record(sequence)
            #expect(record["decision"]?.string == "deny")
            #expect(record["action"]?.string == route.action)
            #expect(record["status"]?.integer == 403)
        }
        #expect(gateway.stop() == 0)
    }

    @Test func aRouteExistsOnlyOnItsListeners() throws {
        let gateway = try GatewayProcess(policy: nothingAllowed)
        try gateway.start()
        for route in RouteDescription.all {
            let path = route.path.replacing("{service}", with: "api").replacing("{id}", with: "a")
            for (listener, address) in [
                (ListenerKind.people, gateway.peopleAddress),
                (.federation, gateway.federationAddress),
            ] {
                let answer = try gateway.curl(anonymously: route.method, address + path)
                if !route.listeners.contains(listener) {
                    #expect(answer.status == 404, "\(listener) \(path): \(answer.body)")
                } else if !route.isPublic {
                    // A body that is not there may be found before the missing credential.
                    #expect([400, 401].contains(answer.status), "\(path): \(answer.body)")
                }
                #expect(answer.headers["maxine-audit"] != nil)
            }
        }
        #expect(gateway.stop() == 0)
    }

    private func body(of route: RouteDescription, _ csr: String, _ agentCSR: String) -> String {
        if let body = Self.bodies[route.path] { return body }
        if route.action.hasPrefix("ca.") {
            return ["taint", "revoke", "compromise"].contains { route.path.hasSuffix("/\($0)") }
                ? #"{"authority":"00"}"# : #"{"kind":"jwt"}"#
        }
        guard route.path.hasPrefix("/api/maxine/identity/") else {
            return #"{"address":"10.0.0.1","port":80}"#
        }
        var writer = JSONWriter()
        writer.raw("{\"csr\":")
        writer.string(route.path.hasSuffix("/attest") ? agentCSR : csr)
        writer.raw("}")
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static let bodies = [
        "/api/maxine/api-keys": #"{"name":"key"}"#,
        "/api/maxine/api-keys/{id}/rotate": "{}",
        "/api/maxine/identity/entries":
            #"{"spiffeId":"spiffe://maxine.local/a","agent":"a","selectors":["unix:uid:1"]}"#,
        "/api/maxine/identity/jwt-svids":
            #"{"audience":["a"],"spiffeId":"spiffe://maxine.local/ns/default/dc/dc1/svc/api"}"#,
        "/api/maxine/identity/entries/{id}/jwt-svids": #"{"audience":["a"]}"#,
        "/api/maxine/identity/join-tokens": #"{"agent":"a"}"#,
        "/api/maxine/identity/agent/events": #"{"code":"permissionDenied"}"#,
    ]
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
