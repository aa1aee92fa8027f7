import Foundation
import StrictJSON
import Testing

/// Authorities that live a minute and leaves that live ten seconds, under steady traffic: nothing may fail.
///
/// Two minutes; MAXINE_SOAK_SECONDS makes it longer (the acceptance run took 600).
@Suite(.serialized)
struct RotationSoakTests {
    private static let seconds =
        ProcessInfo.processInfo.environment["MAXINE_SOAK_SECONDS"].flatMap(Double.init) ?? 120

    static let configuration = """
        identity:
          root_ttl: 6m
          ca_ttl: 60s
          svid_ttl: 10s
          svid_ttl_max: 10s
          server_ttl: 10s
          jwt_ttl_max: 10s
          jwt_key_ttl: 60s
          bundle_refresh: 1s

        """

    @Test func rotationFailsNoRequest() throws {
        let gateway = try GatewayProcess(configuration: Self.configuration)
        try gateway.start()
        try gateway.issue("web", ttl: "10s")
        let traffic = SoakTraffic(gateway)
        traffic.start()
        let end = Date().addingTimeInterval(Self.seconds)
        Thread.sleep(forTimeInterval: 10)
        // A new root by hand while the operator's certificate lasts: published, and used once clients have it.
        #expect(try gateway.maxine("ca", "prepare", "--kind", "root", "--cross-sign").status == 0)
        Thread.sleep(forTimeInterval: 15)
        #expect(try gateway.maxine("ca", "activate", "--kind", "root").status == 0)
        while Date() < end { Thread.sleep(forTimeInterval: 0.5) }
        let result = traffic.stop()
        let log = gateway.logText()
        let rotations = log.components(separatedBy: "rotation: activate intermediate").count - 1
        let keys = log.components(separatedBy: "rotation: activate jwt").count - 1
        print(
            "soak of \(Int(Self.seconds)) s: \(result.requests) requests, \(result.renewals) renewals, "
                + "\(rotations) intermediates and \(keys) JWT keys rotated, \(result.failures.count) failed"
        )
        #expect(result.failures.isEmpty, "\(result.failures.prefix(5))")
        #expect(result.requests > Int(Self.seconds))
        #expect(result.renewals >= Int(Self.seconds / 10))
        #expect(rotations >= Int(Self.seconds / 60) - 1 && keys >= Int(Self.seconds / 60) - 1)
        #expect(
            !log.contains(" error "),
            "\(log.split(separator: "\n").filter { $0.contains(" error ") })")
        #expect(gateway.stop() == 0)
        #expect(try gateway.verify().status == 0)
    }
}

/// Requests one after the other on two threads with the newest identity, which a third renews every four seconds.
final class SoakTraffic: @unchecked Sendable {
    struct Result {
        var requests = 0
        var renewals = 0
        var failures: [String] = []
    }

    private let gateway: GatewayProcess
    private let lock = NSLock()
    private var result = Result()
    private var identity = "web"
    private var isStopped = false
    private let group = DispatchGroup()

    init(_ gateway: GatewayProcess) {
        self.gateway = gateway
    }

    func start() {
        for _ in 0..<2 { run { self.request() } }
        run { self.renew() }
    }

    func stop() -> Result {
        locked { () -> Void in isStopped = true }
        group.wait()
        return locked { result }
    }

    private func request() {
        let identity = locked { self.identity }
        do {
            let answer = try gateway.curl("GET", "/api/maxine/services/web", as: identity)
            locked { result.requests += 1 }
            guard answer.status != 200 else { return }
            fail("status \(answer.status): \(answer.body)")
        } catch {
            fail("\(error)")
        }
        Thread.sleep(forTimeInterval: 0.05)
    }

    private func renew() {
        for _ in 0..<40 where !locked({ isStopped }) { Thread.sleep(forTimeInterval: 0.1) }
        guard !locked({ isStopped }) else { return }
        let number = locked { self.result.renewals }
        let next = "web-\(number)"
        do {
            try renewed(to: next)
            let token = try gateway.curl(
                "POST", "/api/maxine/identity/jwt-svids",
                body: #"{"audience":["api"],"ttlSeconds":10}"#, as: next)
            if token.status != 200 { fail("token: \(token.body)") }
            locked {
                identity = next
                result.renewals += 1
            }
        } catch {
            fail("renewal: \(error)")
        }
    }

    /// A new key and certificate, asked for with the certificate of before.
    private func renewed(to next: String) throws {
        let folder = gateway.folder.appending(path: next)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let csr = try SigningRequest.make(
            "spiffe://maxine.local/ns/default/dc/dc1/svc/web", in: folder, name: "svid")
        var writer = JSONWriter()
        writer.raw("{\"ttlSeconds\":10,\"csr\":")
        writer.string(csr)
        writer.raw("}")
        let answer = try gateway.curl(
            "POST", "/api/maxine/identity/x509-svids",
            body: String(decoding: writer.bytes, as: UTF8.self), as: locked { self.identity })
        let value = try StrictJSON.parse(Array(answer.body.utf8))
        guard let chain = value["chain"]?.string, let bundle = value["bundle"]?.string else {
            throw GatewayProcess.NotStarted(description: answer.body)
        }
        try Data(chain.utf8).write(to: folder.appending(path: "svid.pem"))
        try Data(bundle.utf8).write(to: folder.appending(path: "bundle.pem"))
    }

    private func fail(_ what: String) {
        locked { result.failures.append("\(Date()): \(what)") }
    }

    private func run(_ body: @escaping @Sendable () -> Void) {
        group.enter()
        Thread.detachNewThread { [self] in
            while !locked({ isStopped }) { body() }
            group.leave()
        }
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        lock.lock()
        defer { lock.unlock() }
        return body()
    }
}
