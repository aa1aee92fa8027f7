import Foundation
import StrictJSON
import Support
import Testing

/// What an ordinary HTTP client sees: curl with a certificate.
@Suite(.serialized) struct RealClientTests {
    private let base = "/api/maxine/services/api"

    @Test(arguments: [("--http1.1", "HTTP/1.1"), ("--http2", "HTTP/2")])
    func answersWithTheReceiptOfTheRecordOnDisk(option: String, version: String) throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let answer = try gateway.curl("GET", "/api/maxine/status", options: [option])
        #expect(answer.status == 200)
        #expect(answer.version == version)
        #expect(answer.headers["content-type"] == "application/json")
        let receipt = (answer.headers["maxine-audit"] ?? "").split(separator: ";").map(String.init)
        try #require(receipt.count == 2, "\(answer.headers)")
        let line = try #require(
            try gateway.records().first { $0.hasPrefix("{\"seq\":\(receipt[0]),") })
        let hash = try Shell.run(
            ["sh", "-c", "(printf '\\000'; cat) | openssl dgst -sha256 -binary | base64"],
            input: line)
        #expect(receipt[1] == hash.output.trimmingCharacters(in: .whitespacesAndNewlines))
        let record = try StrictJSON.parse(Array(line.utf8))
        #expect(record["action"]?.string == "system.read")
        #expect(record["request"]?.string == answer.headers["x-request-id"])
        #expect(record["client"]?["tls"]?.string == "1.3")
        #expect(gateway.stop() == 0)
    }

    @Test(arguments: ["--http1.1", "--http2"])
    func leadsAnInstanceThroughItsLife(option: String) throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        func send(_ method: String, _ path: String, body: String? = nil) throws
            -> GatewayProcess.Answer
        {
            try gateway.curl(method, path, body: body, options: [option])
        }
        let body = #"{"address":"10.0.0.7","port":8080,"tags":["blue"],"version":"1.2.3"}"#
        let created = try send("PUT", "\(base)/instances/api-1", body: body)
        #expect(created.status == 201, "\(created.body)")
        #expect(try gateway.record(of: created)["type"]?.string == "intent")
        #expect(try send("PUT", "\(base)/instances/api-1", body: body).status == 200)
        #expect(try send("POST", "\(base)/instances/api-1/heartbeat").status == 200)
        let found = try send("GET", "/api/maxine/discover/api?strategy=round-robin&tag=blue")
        #expect(found.status == 200)
        let instance = try StrictJSON.parse(Array(found.body.utf8))["instance"]
        #expect(instance?["id"]?.string == "api-1")
        #expect(instance?["address"]?.string == "10.0.0.7")
        #expect(instance?["port"]?.integer == 8080)
        #expect(instance?["version"]?.string == "1.2.3")
        let listed = try send("GET", base)
        #expect(listed.status == 200)
        #expect(listed.body.contains("\"id\":\"api-1\""))
        let gone = try send("DELETE", "\(base)/instances/api-1")
        #expect(gone.status == 204)
        #expect(gone.body.isEmpty)
        for (method, path) in [
            ("DELETE", "\(base)/instances/api-1"), ("POST", "\(base)/instances/api-1/heartbeat"),
            ("GET", "/api/maxine/discover/api"),
        ] {
            let answer = try send(method, path)
            #expect(answer.status == 404, "\(method) \(path)")
            try expectProblem(answer, "not-found", "not found")
        }
        try expectOutcomes(gateway)
        #expect(gateway.stop() == 0)
        #expect(try gateway.verify().status == 0)
    }

    @Test func takesOverARequestIDOrMakesOne() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let named = try gateway.curl(
            "GET", "/api/maxine/status", headers: ["X-Request-Id: order-17.a_b"])
        #expect(named.headers["x-request-id"] == "order-17.a_b")
        #expect(try gateway.record(of: named)["request"]?.string == "order-17.a_b")
        var made: Set<String> = []
        for header in [
            "X-Request-Id: not valid!", "X-Request-Id: \(String(repeating: "a", count: 65))",
            "A: b",
        ] {
            let answer = try gateway.curl("GET", "/api/maxine/status", headers: [header])
            #expect(answer.status == 200)
            let id = answer.headers["x-request-id"] ?? ""
            #expect(id.utf8.count == 32, "\(id)")
            made.insert(id)
        }
        #expect(made.count == 3)
        #expect(gateway.stop() == 0)
    }

    @Test(arguments: ["--http1.1", "--http2"])
    func namesWhatIsWrongWithARequest(option: String) throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        // curl up to 7.88 gives up on an HTTP/2 upload that is answered early, so 413 is asked for over HTTP/1.1.
        for row in WrongRequest.all where row.status != 413 || option == "--http1.1" {
            let answer = try gateway.curl(row.method, row.path, body: row.body, options: [option])
            #expect(answer.status == row.status, "\(row.method) \(row.path): \(answer.body)")
            let problem = try expectProblem(answer, row.code, nil)
            let detail = problem["detail"]?.string ?? ""
            #expect(detail.contains(row.says), "\(row.method) \(row.path): \(detail)")
            if let allow = row.allow { #expect(answer.headers["allow"] == allow) }
            let record = try gateway.record(of: answer)
            #expect(record["decision"]?.string == "deny")
            #expect(record["status"]?.integer == Int64(row.status))
            #expect(record["reason"]?.string?.contains(row.says) == true, "\(record)")
        }
        #expect(gateway.stop() == 0)
    }

    @Test(arguments: ["--http1.1", "--http2"])
    func answersALongListWhole(option: String) throws {
        let gateway = try GatewayProcess(configuration: RegisteringClients.manyAllowed)
        try gateway.start()
        let answers = try RegisteringClients(gateway, service: "long", clients: 4, each: 500)
            .finish()
        #expect(answers.count { $0.status == 201 } == 2000)
        for header in ["connection: close", "accept: */*"] {
            var listed = try gateway.curl(
                "GET", "/api/maxine/services/long", headers: option == "--http2" ? [] : [header],
                options: [option])
            #expect(listed.status == 200)
            #expect(listed.body.utf8.count == Int(listed.headers["content-length"] ?? ""))
            #expect(ListedText.ids(in: listed.body).count == 1000)
            let next = try #require(ListedText.next(in: listed.body))
            listed = try gateway.curl(
                "GET", "/api/maxine/services/long?next=\(next)",
                headers: option == "--http2" ? [] : [header], options: [option])
            #expect(listed.body.utf8.count == Int(listed.headers["content-length"] ?? ""))
            #expect(ListedText.ids(in: listed.body).count == 1000)
            #expect(ListedText.next(in: listed.body) == nil)
        }
        #expect(try gateway.instanceIDs("long").count == 2000)
        let told = try gateway.maxine("services", "long", "--json")
        #expect(ListedText.ids(in: told.output).count == 2000, "\(told.error)")
        #expect(gateway.stop() == 0)
    }

    @discardableResult
    private func expectProblem(
        _ answer: GatewayProcess.Answer, _ code: String, _ title: String?
    ) throws -> JSONValue {
        #expect(answer.headers["content-type"] == "application/problem+json")
        let problem = try StrictJSON.parse(Array(answer.body.utf8))
        #expect(problem["type"]?.string == "urn:maxine:problem:\(code)")
        #expect(problem["title"]?.string?.isEmpty == false)
        if let title { #expect(problem["title"]?.string == title) }
        #expect(problem["status"]?.integer == Int64(answer.status))
        #expect(problem["detail"]?.string?.isEmpty == false)
        return problem
    }

    private func expectOutcomes(_ gateway: GatewayProcess) throws {
        usleep(100_000)
        let records = try gateway.journal()
        let intents = records.filter { $0["type"]?.string == "intent" }
        #expect(intents.count == 4)
        let beats = records.filter {
            $0["type"]?.string == "decision" && $0["action"]?.string == "service.heartbeat"
        }
        #expect(beats.count == 2, "a heartbeat is one decision record")
        for intent in intents {
            let outcomes = records.filter {
                $0["type"]?.string == "outcome"
                    && $0["detail"]?["intent"]?.integer == intent["seq"]?.integer
            }
            #expect(outcomes.count == 1, "\(intent)")
        }
    }
}

/// A request that can't be right, and what must be said of it.
struct WrongRequest {
    let method: String
    let path: String
    var body: String?
    let status: Int
    let code: String
    let says: String
    var allow: String?

    private static let instance = "/api/maxine/services/api/instances/api-1"

    static let all: [WrongRequest] = [
        .init(method: "GET", path: "/", status: 404, code: "not-found", says: "no such path"),
        .init(
            method: "GET", path: "/api/maxine/nothing", status: 404, code: "not-found",
            says: "no such path: \"/api/maxine/nothing\""),
        .init(
            method: "POST", path: "/api/maxine/services", status: 405, code: "method-not-allowed",
            says: "this path takes GET, HEAD, not \"POST\"", allow: "GET, HEAD"),
        .init(
            method: "GET", path: instance, status: 405, code: "method-not-allowed",
            says: "not \"GET\"", allow: "PUT, DELETE"),
        .init(
            method: "GET", path: "/api/maxine/services?color=red", status: 400, code: "malformed",
            says: "unknown query parameter \"color\"; this path takes namespace"),
        .init(
            method: "GET", path: "/api/maxine/discover/api?strategy=best", status: 400,
            code: "malformed", says: "unknown strategy \"best\"; known are"),
        .init(
            method: "PUT", path: instance, body: #"{"address":"10.0.0.7","port":1,"colour":1}"#,
            status: 400, code: "malformed", says: "unknown field \"colour\""),
        .init(
            method: "PUT", path: instance, body: #"{"address":"10.0.0.7","port":65536}"#,
            status: 422, code: "impossible-value",
            says: "$.port: 65536 is not a whole number from 1 to 65535"),
        .init(
            method: "PUT", path: instance, body: #"{"address":"256.0.0.7","port":80}"#,
            status: 422, code: "impossible-value",
            says: "$.address: \"256.0.0.7\" is not a valid IPv4 address"),
        .init(
            method: "PUT", path: instance,
            body: #"{"address":"10.0.0.7","port":80,"ttlSeconds":4}"#, status: 422,
            code: "impossible-value", says: "$.ttlSeconds: 4 is not a whole number from 5 to 86400"),
        .init(
            method: "PUT", path: instance, body: String(repeating: " ", count: 70_000),
            status: 413, code: "body_too_large", says: "the request body is too large"),
    ]
}
