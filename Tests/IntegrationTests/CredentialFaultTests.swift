import Foundation
import StrictJSON
import Support
import Testing

/// The disk under the stores of credentials fails while the gateway runs: nothing is half done, the log says so, and a start is sound.
@Suite(
    .serialized,
    .enabled(if: SyncTrace.isPossible, "strace is not installed or may not trace"))
struct CredentialFaultTests {
    private static let login = "/api/maxine/auth/login"
    private static let keys = "/api/maxine/api-keys"
    private static let scopes = #"{"scopes":["look"]}"#
    private static let locks = "/api/maxine/locks"

    /// Calls on the files of the stores fail from now on, until the tracer ends.
    private func fail(
        _ calls: String, _ error: String, of gateway: GatewayProcess
    ) throws -> ChildProcess {
        let id = try #require(gateway.process?.id)
        var arguments = ["strace", "-f", "-qq", "-p", "\(id)", "-o", "trace"]
        for name in ["credentials", "persons"] {
            for end in ["", "-wal"] {
                arguments += [
                    "-P", gateway.folder.appending(path: "data/\(name).sqlite\(end)").path,
                ]
            }
        }
        arguments += ["-e", "trace=\(calls)", "-e", "inject=\(calls):error=\(error)"]
        let tracer = try ChildProcess(arguments, directory: gateway.folder)
        // It holds every thread before it lets any go on: then each has it as its tracer.
        for _ in 0..<1_000 where try !isTraced(id) { usleep(10_000) }
        #expect(try isTraced(id))
        return tracer
    }

    private func isTraced(_ id: pid_t) throws -> Bool {
        let tasks = "/proc/\(id)/task"
        return try FileManager.default.contentsOfDirectory(atPath: tasks).allSatisfy { task in
            let status = try? String(contentsOfFile: "\(tasks)/\(task)/status", encoding: .utf8)
            return status.map { !$0.contains("TracerPid:\t0\n") } ?? true
        }
    }

    private func state(_ gateway: GatewayProcess) throws -> String {
        try ["/api/maxine/auth/sessions?all=true", Self.keys, Self.locks].map {
            try gateway.curl("GET", $0).body
        }.joined(separator: "\n").replacing(#/"(lastUsedAt|idleEndsAt)":"[^"]*"/#, with: "")
    }

    private func member(_ name: String, _ answer: CurlAnswer) throws -> String {
        try #require(try StrictJSON.parse(Array(answer.body.utf8))[name]?.string)
    }

    @Test(arguments: [
        ("pwrite64", "ENOSPC", "the disk is full"), ("pwrite64", "EROFS", "was made read-only"),
        ("pwrite64", "EIO", "the disk fails"), ("fdatasync,fsync", "EIO", "the disk fails"),
    ])
    func whatIsAnsweredAsNotDoneIsNotDoneAfterACrashEither(
        calls: String, error: String, says: String
    ) throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let session = try gateway.curl("POST", Self.login)
        let ended = try member("id", try gateway.curl("POST", Self.login))
        let revoked = try member("id", try gateway.curl("POST", Self.keys, body: Self.scopes))
        let before = try state(gateway)
        let tracer = try fail(calls, error, of: gateway)
        for (method, path, body) in [
            ("POST", Self.login, nil), ("POST", Self.keys, Self.scopes),
            ("POST", Self.locks, #"{"target":{"user":"idp/alice"},"reason":"x"}"#),
        ] {
            let answer = try gateway.curl(method, path, body: body)
            #expect(answer.status == 503, "\(path): \(answer.body)")
            #expect(answer.body.contains(says), "\(path): \(answer.body)")
            #expect(!answer.body.contains("mxs_") && !answer.body.contains("mxk_"))
        }
        #expect(try state(gateway) == before)
        let bearer = "Authorization: Bearer \(try member("session", session))"
        #expect(try gateway.curl("GET", "/api/maxine/status", headers: [bearer]).status == 200)
        let end = try gateway.curl("DELETE", "/api/maxine/auth/sessions/\(ended)")
        let revocation = try gateway.curl("DELETE", "\(Self.keys)/\(revoked)")
        #expect(end.status == 503 && revocation.status == 503)
        // Each has its outcome in the log before the end, so that it is not the start that tells it.
        #expect(try gateway.curl("GET", "/api/maxine/nothing").status == 404)
        gateway.crash()
        tracer.status(within: 10)
        try gateway.start()
        #expect(!gateway.logText().contains("damaged"))
        #expect(try gateway.curl("GET", "/api/maxine/status", headers: [bearer]).status == 200)
        let after = try state(gateway)
        #expect(!after.contains(ended), "what was to end has ended")
        #expect(after.contains(try member("id", session)))
        #expect(after.contains(revoked) && after.contains(#""state":"revoked""#))
        #expect(!after.contains(#""state":"live""#), "\(after)")
        #expect(after.components(separatedBy: #""method":"certificate""#).count == 2, "\(after)")
        #expect(after.contains(#"{"locks":[]}"#), "\(after)")
        #expect(try gateway.curl("POST", Self.login).status == 201)
        #expect(gateway.stop() == 0)
        #expect(try gateway.verify().status == 0)
    }
}
