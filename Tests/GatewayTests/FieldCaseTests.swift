import StrictJSON
import Support
import Testing

/// What clients in the field send and nothing hangs on: it is taken.
@Suite(.enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct FieldCaseTests {
    @Test(arguments: ["--http1.1", "--http2"])
    func answersHEADWhereverGETIs(version: String) async throws {
        try await InProcessGateway().serving { gateway in
            #expect(try await gateway.register("api", "one").status == 201)
            for path in ["status", "services", "services/api", "discover/api", "services/none"] {
                let get = try await gateway.curl("GET", "/api/maxine/\(path)", options: [version])
                let head = try await gateway.curl(
                    "HEAD", "/api/maxine/\(path)", options: [version, "--head", "-o", "/dev/null"])
                #expect(head.status == get.status, "\(path)")
                #expect(head.headers["content-type"] == get.headers["content-type"], "\(path)")
                let record = try gateway.record(of: head)
                #expect(record["status"]?.integer == Int64(head.status), "\(path)")
            }
            let put = try await gateway.curl(
                "HEAD", "/api/maxine/services/api/instances/one",
                options: [version, "--head", "-o", "/dev/null"])
            #expect(put.status == 405)
            let wrong = try await gateway.curl("PATCH", "/api/maxine/status")
            #expect(wrong.headers["allow"] == "GET, HEAD")
        }
    }

    @Test(arguments: ["--http1.1", "--http2"])
    func answersWhateverNameItIsReachedBy(version: String) async throws {
        try await InProcessGateway().serving { gateway in
            for host in ["maxine_gateway:8443", "a~b", "[::1]:1", "xn--mxine-0ra"] {
                let answer = try await gateway.curl(
                    "GET", "/api/maxine/status", headers: ["host: \(host)"], options: [version])
                #expect(answer.status == 200, "\(host): \(answer.body)")
            }
        }
    }

    /// Many clients send an empty object with everything.
    @Test func anEmptyObjectAsksForNothing() async throws {
        try await InProcessGateway().serving { gateway in
            let registered = try await gateway.register("api", "host1:api:8080")
            #expect(registered.status == 201, "\(registered.body)")
            let path = "/api/maxine/services/api/instances/host1:api:8080"
            for (method, end, body, status) in [
                ("POST", "/heartbeat", " { } ", 200), ("DELETE", "", #"{"a":1}"#, 400),
                ("DELETE", "", "{}", 204),
            ] {
                let answer = try await gateway.curl(method, path + end, body: body)
                #expect(answer.status == status, "\(answer.body)")
            }
        }
    }

    @Test(arguments: [
        (["-0"], "/readyz"), (["-0", "-H", "Host:"], "/healthz"),
        (["--head", "-o", "/dev/null"], "/readyz"),
        (["--head", "-o", "/dev/null", "-0"], "/metrics"), ([], "/readyz?verbose"),
        ([], "/metrics?name=a&name=b"),
        (["-H", "host: maxine_metrics:9464"], "/healthz"),
    ])
    func probesOfAllKindsReachTheHealthListener(options: [String], path: String) async throws {
        try await InProcessGateway().serving { gateway in
            let answer = try CurlAnswer(
                await Shell.run(
                    aside: ["curl", "-sS", "-D", "-", "--max-time", "5"] + options
                        + [gateway.metricsAddress + path]))
            #expect(answer.status == 200, "\(answer.body)")
        }
    }
}
