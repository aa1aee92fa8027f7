import Auth
import Foundation
import Gateway
import Logging
import Policy
import Testing

/// A slow operation through the whole gateway in this process: real ports, a clock of ours, a directory of ours.
@Suite struct SignOnTests {
    /// The directory answers only after the others are served, so a loop that waited for it would wait for ever.
    @Test func waitsForTheDirectoryWithoutHoldingTheLoop() async throws {
        let gateway = try await TestGateway()
        let result = try await gateway.serving { [gateway] in
            async let slow = gateway.signOn("right")
            await gateway.directory.isAsked()
            var answers: [TestGateway.Answer] = []
            for _ in 0..<4 { answers.append(try await gateway.curl("GET", "/services")) }
            await gateway.directory.release()
            return [try await slow] + answers
        }
        #expect(result[0].status == 200, "\(result[0].body)")
        #expect(result[0].body == #"{"user":"alice@example.org"}"#)
        #expect(result.dropFirst().map(\.status) == [200, 200, 200, 200])
        let records = try gateway.records("session.create")
        #expect(records.count == 2, "an intent and its outcome")
        #expect(records.first?.contains(#""type":"intent""#) == true)
        #expect(records.last?.contains(#""type":"outcome""#) == true)
        #expect(records.first?.contains(#""time":"\#(TestGateway.moment)"#) == true)
        #expect(records.first?.contains(#""kind":"anonymous""#) == true)
        #expect(!records.joined().contains("right"))
    }

    @Test func nobodyMayDoMoreThanSignOn() async throws {
        let gateway = try await TestGateway()
        let answer = try await gateway.serving { [gateway] in
            try await gateway.curl("GET", "/status", at: gateway.people)
        }
        #expect(answer.status == 401)
    }

    @Test func aWrongPasswordAnswers401AndIsOnRecord() async throws {
        let gateway = try await TestGateway()
        let answer = try await gateway.serving { [gateway] in
            try await gateway.signOn("wrong")
        }
        #expect(answer.status == 401)
        #expect(try gateway.records("session.create").last?.contains(#""status":401"#) == true)
    }

    @Test func aTokenSpeaksForItsRequestAndABadOneIsNeverFallenBackFrom() async throws {
        let gateway = try await TestGateway()
        let answers = try await gateway.serving { [gateway] in
            [
                try await gateway.curl("GET", "/status", header: "authorization: Bearer alice"),
                try await gateway.curl("GET", "/status", header: "authorization: Bearer forged"),
                try await gateway.curl("GET", "/status", header: "x-api-key: k"),
                try await gateway.curl("GET", "/status"),
            ]
        }
        #expect(answers.map(\.status) == [403, 401, 401, 200])
        #expect(answers[0].body.contains("alice may not system.read"))
        let records = try gateway.records("system.read")
        #expect(records[0].contains(#""kind":"user","id":"alice","auth":"jwt""#))
        #expect(records[1].contains(#""gate":"authn""#))
        #expect(records[1].contains(#""kind":"anonymous""#))
        #expect(!records.joined().contains("forged"))
    }

    @Test func anotherFacadeHasItsOwnWordsAndErrors() async throws {
        let gateway = try await TestGateway()
        let answers = try await gateway.serving { [gateway] in
            [
                try await gateway.curl("GET", "/v1/catalog/services?dc=dc1", base: ""),
                try await gateway.curl("GET", "/v1/nothing", base: ""),
            ]
        }
        #expect(answers.map(\.status) == [200, 404])
        #expect(answers[0].body == "{}")
        #expect(answers[1].body.hasPrefix("no such path: \"/v1/nothing\" (audit record "))
    }
}

/// Takes the word `alice` for a token of alice's.
private struct WordAuthenticator: Authenticator {
    let generation: UInt64 = 1

    func authenticate(_ credential: Credential, nowNanoseconds: Int64) -> Authentication {
        guard case .bearer(let token) = credential else { return .notMine }
        guard token.bytes == Array("alice".utf8) else { return .refused(.invalidToken) }
        return .principal(
            Principal(kind: .user, id: "alice", authentication: .jwt),
            validUntilNanoseconds: nowNanoseconds + 60_000_000_000)
    }
}

/// A directory that takes 50 ms to answer, and longer if the right password is held back.
private actor SlowDirectory: PasswordChecking {
    private var asked = false
    private var released = false

    func check(user: String, password: String) async -> String? {
        asked = true
        try? await Task.sleep(for: .milliseconds(50))
        guard password == "right" else { return nil }
        while !released, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
        return "\(user)@example.org"
    }

    func isAsked() async { while !asked { try? await Task.sleep(for: .milliseconds(1)) } }
    func release() { released = true }
}

/// A gateway in this process, on free ports, with a clock that stands still.
private final class TestGateway: Sendable {
    struct Answer: Sendable {
        let status: Int
        let body: String
    }

    /// Today, so that curl takes the certificate; the time of day is ours.
    static let moment = String(ISO8601DateFormatter().string(from: Date()).prefix(13)) + ":00:00"

    private static let policy = """
        maxine_policy: 1
        name: people
        roles: { public: { actions: [session.create] } }
        bindings:
          - { role: admin, subjects: [ { spiffe: "spiffe://{trust_domain}/operator/*" } ] }
          - { role: public, subjects: [ { anonymous: true } ] }
        acl:
          - id: admins
            effect: allow
            subjects: [role:admin]
            actions: [service.*]
            resources: { services: ["*"] }
        """

    let directory = SlowDirectory()
    private let folder: URL
    private let gateway: Gateway

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "maxine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var configuration = GatewayConfiguration()
        configuration.listen.service = ListenAddress(host: "127.0.0.1", port: 0)
        configuration.listen.metrics = ListenAddress(host: "127.0.0.1", port: 0)
        configuration.dataDirectory = folder.path + "/data"
        configuration.certsDirectory = folder.path + "/certs"
        configuration.policyPath = folder.path + "/policy.yaml"
        try Self.policy.write(
            toFile: folder.path + "/policy.yaml", atomically: true, encoding: .utf8)
        var outside = OutsideParts()
        outside.signOn = directory
        outside.authenticators = [WordAuthenticator()]
        outside.people = ListenAddress(host: "127.0.0.1", port: 0)
        let start = try Date(Self.moment + "Z", strategy: .iso8601).timeIntervalSince1970
        gateway = try await Assembly.build(
            configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            outside: outside, clock: { Int64(start) * 1_000_000_000 })
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Runs the gateway while the body runs, then ends it and waits until all is written.
    func serving<R: Sendable>(_ body: @Sendable @escaping () async throws -> R) async throws -> R {
        try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask { [gateway] in
                try? await gateway.run()
                return nil
            }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    var people: String { gateway.peopleAddress ?? "" }

    /// As somebody without a certificate.
    func signOn(_ password: String) async throws -> Answer {
        try await curl(
            "POST", "/auth/login", "{\"user\":\"alice\",\"password\":\"\(password)\"}", at: people)
    }

    func curl(
        _ method: String, _ path: String, _ body: String? = nil, header: String = "x-none: 0",
        base: String = "/api/maxine", at address: String? = nil
    ) async throws -> Answer {
        let certs = folder.path + "/certs"
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            [
                "curl", "-sS", "--max-time", "10", "-X", method, "--cert", certs + "/operator.pem",
                "--key", certs + "/operator.key", "--cacert", certs + "/bundle.pem", "-H", header,
                "-w", "\n%{http_code}", (address ?? gateway.serviceAddress) + base + path,
            ] + (body.map { ["--data-binary", $0] } ?? [])
        let pipe = Pipe()
        process.standardOutput = pipe
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { _ in
                let data = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
                let text = String(decoding: data, as: UTF8.self)
                let end = text.lastIndex(of: "\n") ?? text.startIndex
                continuation.resume(
                    returning: Answer(
                        status: Int(text[end...].dropFirst()) ?? 0, body: String(text[..<end])))
            }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }

    func records(_ action: String) throws -> [String] {
        let segments = folder.appending(path: "data/audit/segments")
        var found: [String] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: segments.path).sorted() {
            let text = try String(contentsOf: segments.appending(path: name), encoding: .utf8)
            for line in text.split(separator: "\n") where line.contains("\"action\":\"\(action)\"")
            {
                found.append(String(line))
            }
        }
        return found
    }
}
