import Foundation
import NIOConcurrencyHelpers
import NIOHTTP1
import StrictJSON
import Support
import Testing

/// Authorities that live a minute and identities that live ten seconds, under steady traffic from other people's clients and ours:
/// nothing fails, and no connection outlives its certificate.
///
/// A minute; `MAXINE_SOAK_SECONDS=600` makes it the long one.
@Suite(
    .serialized,
    .enabled(
        if: Shell.has("curl") && Shell.has("python3"), "curl or python3 is not installed"))
struct SoakTests {
    private static let seconds =
        ProcessInfo.processInfo.environment["MAXINE_SOAK_SECONDS"].flatMap(Double.init) ?? 60

    private static let configuration = """
        identity:
          root_ttl: 20m
          intermediate_ttl: 60s
          svid_ttl: 10s
          svid_ttl_max: 10s
          server_ttl: 10s

        """

    @Test func rotatingAndRenewingFailNoRequest() throws {
        let gateway = try GatewayProcess(configuration: Self.configuration)
        try gateway.start()
        try gateway.issue("web", ttl: "10s")
        // From here on the files change at one moment.
        #expect(try gateway.maxine("identity", "renew", "--out", "web").status == 0)
        let watch = try gateway.begin(
            [GatewayProcess.binary, "identity", "renew", "--out", "web", "--watch"],
            log: "watch.log")
        let python = try gateway.begin(
            [
                "python3", "-u", "-c", HeldConnections.script, gateway.serviceAddress, "web",
                String(Self.seconds),
            ], log: "python.log")
        let traffic = SoakTraffic(gateway)
        traffic.run(for: Self.seconds)
        #expect(python.status(within: 30) == 0)
        watch.signal(SIGTERM)
        _ = watch.status(within: 10)
        let told = try gateway.log("python.log")
        let held = try StrictJSON.parse(
            Array((told.split(separator: "\n").last ?? "").utf8))
        let rotations = try gateway.journal().count {
            $0["action"]?.string == "ca.rotate" && $0["detail"]?["activated"] != nil
        }
        let renewals = try gateway.log("watch.log").split(separator: "\n").count {
            $0.hasPrefix("renewed ")
        }
        let result = traffic.result
        print(
            "soak of \(Int(Self.seconds)) s: \(result.count) requests by curl, maxine and its library over HTTP/1.1 and HTTP/2,"
                + " \(held["requests"]?.integer ?? 0) by Python on \(held["connections"]?.integer ?? 0) connections,"
                + " \(renewals) renewals, \(rotations) intermediates, \(result.failures.count) failed;"
                + " a connection ended at most \(held["latestMilliseconds"]?.integer ?? -1) ms after its certificate"
        )
        #expect(result.failures.isEmpty, "\(result.failures.prefix(5))")
        #expect(held["failed"]?.integer == 0, "\(told.suffix(2000))")
        #expect(
            held["open"]?.integer == 0,
            "a connection outlived its certificate: \(told.suffix(2000))")
        // Python looks twenty times a second.
        #expect((held["latestMilliseconds"]?.integer ?? .max) <= 1500, "\(told.suffix(500))")
        #expect((held["connections"]?.integer ?? 0) >= Int64(Self.seconds / 10) * 2)
        #expect(held["ended"]?.integer == held["connections"]?.integer, "\(told.suffix(500))")
        #expect(result.count > Int(Self.seconds))
        #expect(renewals >= Int(Self.seconds / 10))
        #expect(rotations >= Int(Self.seconds / 60))
        let said = try gateway.log("watch.log")
        #expect(!said.contains("not renewed"), "\(said.suffix(2000))")
        let faults = gateway.logText().split(separator: "\n").filter { $0.contains(" error ") }
        #expect(faults.isEmpty, "\(faults.prefix(5))")
        #expect(gateway.stop() == 0)
        // Of ten minutes there are a hundred thousand records, which a debug build reads in minutes.
        let verified = try gateway.maxine(
            "audit", "verify", "--dir", "data/audit", timeoutSeconds: 60 + Self.seconds)
        #expect(verified.status == 0, "\(verified.output) \(verified.error)")
    }
}

/// curl and our own client over HTTP/1.1 and HTTP/2, each one request after the other, with the newest identity; and the operator's renewal.
private final class SoakTraffic: Sendable {
    struct Result: Sendable {
        var count = 0
        var failures: [String] = []
    }

    private let gateway: SoakedGateway
    private let box = NIOLockedValueBox(Result())
    private let kept = DispatchGroup()

    init(_ gateway: GatewayProcess) {
        self.gateway = SoakedGateway(gateway)
    }

    var result: Result { box.withLockedValue { $0 } }

    /// Returns once the time is over and all that was asked is answered.
    func run(for seconds: Double) {
        let end = Date().addingTimeInterval(seconds)
        let threads: [@Sendable () throws -> Void] = [
            { try self.curl("--http1.1") }, { try self.curl("--http2") }, { try self.maxine() },
            { try self.renewOperator() },
        ]
        for version in [HTTPVersion.http1_1, .http2] { keep(version, until: end) }
        let group = DispatchGroup()
        for work in threads {
            group.enter()
            Thread.detachNewThread {
                while Date() < end {
                    do { try work() } catch { self.fail("\(error)") }
                }
                group.leave()
            }
        }
        group.wait()
        kept.wait()
    }

    /// Our own client, on connections that stay; a fault is one, whatever the next request comes to.
    private func keep(_ version: HTTPVersion, until end: Date) {
        kept.enter()
        Thread.detachNewThread {
            let client = SoakClient(self.gateway, version)
            while Date() < end {
                do {
                    try client.ask()
                    self.box.withLockedValue { $0.count += 1 }
                } catch {
                    self.fail("our client over \(version): \(error)")
                }
                usleep(50_000)
            }
            try? client.end()
            self.kept.leave()
        }
    }

    private func fail(_ what: String) {
        box.withLockedValue { $0.failures.append("\(Date()): \(what)") }
    }

    /// Ten requests on one connection.
    private func curl(_ version: String) throws {
        let place = try gateway.newest()
        let urls = (0..<10).flatMap { _ in
            ["-o", "/dev/null", gateway.address + "/api/maxine/services/web"]
        }
        let result = try Shell.run(
            [
                "curl", "-sS", version, "--max-time", "20", "--cert", place + "/svid.pem", "--key",
                place + "/svid.key", "--cacert", place + "/bundle.pem", "-w", "%{http_code}\\n",
            ] + urls)
        let codes = result.output.split(separator: "\n")
        box.withLockedValue { $0.count += codes.count }
        guard codes.count == 10, codes.allSatisfy({ $0 == "200" }) else {
            return fail("curl \(version): \(codes) \(result.error)")
        }
        usleep(100_000)
    }

    private func maxine() throws {
        let place = try gateway.newest()
        let result = try gateway.maxine(["whoami"], as: place)
        box.withLockedValue { $0.count += 1 }
        if result.status != 0 { fail("maxine: \(result.status) \(result.error)") }
        usleep(100_000)
    }

    /// An operator's certificate lives half of the minute.
    private func renewOperator() throws {
        let result = try gateway.renewOperator()
        if result.status != 0 { fail("operator: \(result.status) \(result.error)") }
        usleep(5_000_000)
    }
}
