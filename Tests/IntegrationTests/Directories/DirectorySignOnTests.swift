import Foundation
import Support
import Testing

/// People of a real directory sign on at the binary, as users run it.
@Suite(.enabled(if: SlapdServer.isThere, "slapd and ldap-utils are not installed"))
struct DirectorySignOnTests {
    static let policy = """
        maxine_policy: 1
        name: directory
        roles: { public: { actions: [session.create] } }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: viewer, subjects: [{ ldap_group: "cn=ops,ou=groups,dc=example,dc=org" }] }
          - { role: public, subjects: [{ anonymous: true }] }
        """

    @Test func aPersonSignsOnAndTheirGroupsAreRoles() throws {
        let server = try SlapdServer()
        let gateway = try GatewayProcess.started(
            policy: Self.policy, configuration: server.settings())
        let opened = try signOn(gateway, "alice", SlapdServer.password)
        #expect(opened.status == 201, "\(opened.body)")
        #expect(opened.body.contains("corp/alice"))
        let session = try #require(opened.body.firstMatch(of: #/"session":"([^"]+)"/#)?.output.1)
        let who = try curl(gateway, "GET", "whoami", header: "Authorization: Bearer \(session)")
        #expect(who.body.contains("viewer"), "\(who.body)")
        for (user, password) in [("alice", "wrong"), ("nobody", "wrong"), ("alice", "")] {
            let refused = try signOn(gateway, user, password)
            #expect(refused.status == 401, "\(user): \(refused.body)")
        }
        server.kill()
        #expect(try signOn(gateway, "bob", SlapdServer.password).status == 503)
        #expect(try holds(gateway.folder, SlapdServer.password) == [])
        #expect(try holds(gateway.folder, SlapdServer.servicePassword) == [])
    }

    @Test func peopleSignOnAtTheCommandLine() throws {
        let server = try SlapdServer()
        let gateway = try GatewayProcess.started(
            policy: Self.policy, configuration: server.settings())
        let home = gateway.folder.path + "/home"
        let environment = ["MAXINE_SESSION": home + "/session"]
        let login = { (password: String, more: [String]) in
            try Shell.run(
                [
                    GatewayProcess.binary, "login", "--addr", gateway.peopleAddress, "--user",
                    "alice", "--password-stdin",
                ] + more, input: password + "\n", environment: environment,
                directory: gateway.folder)
        }
        let done = try login(SlapdServer.password, ["--provider", "corp"])
        #expect(done.output.hasPrefix("signed on as corp/alice until"), "\(done)")
        let who = try Shell.run(
            [GatewayProcess.binary, "whoami"], environment: environment,
            directory: gateway.folder)
        #expect(who.output.contains("corp/alice") && who.output.contains("viewer"), "\(who)")
        let wrong = try login("wrong", [])
        #expect(wrong.status == 4, "\(wrong)")
        #expect(!wrong.error.contains("wrong\n"))
        let other = try login(SlapdServer.password, ["--provider", "other"])
        #expect(other.status != 0 && other.error.contains("corp"), "\(other)")
        #expect(try holds(gateway.folder, SlapdServer.password) == [])
    }

    /// A gateway that is killed leaves no worker behind, and one that is stopped neither.
    @Test(arguments: [SIGKILL, SIGTERM])
    func noWorkerOutlivesTheGateway(signal: Int32) throws {
        let server = try SlapdServer()
        let gateway = try GatewayProcess.started(
            policy: Self.policy, configuration: server.settings())
        _ = try signOn(gateway, "alice", SlapdServer.password)
        let process = try #require(gateway.process)
        let workers = try Self.workers(of: process.id)
        #expect(!workers.isEmpty)
        for worker in workers {
            let environment = try Data(contentsOf: URL(filePath: "/proc/\(worker)/environ"))
            let text = String(decoding: environment, as: UTF8.self)
            #expect(text.contains("LDAPNOINIT=1") && !text.contains("PATH="), "\(text)")
            let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(worker)/fd")
            #expect(files.count == 4, "three of nothing and the socket: \(files)")
            let status = try String(contentsOfFile: "/proc/\(worker)/status", encoding: .utf8)
            #expect(status.contains("Seccomp:\t2"))
            #expect(status.contains("NoNewPrivs:\t1"))
            #expect(status.contains("Threads:\t1"))
        }
        process.signal(signal)
        process.status(within: 20)
        for _ in 0..<200 where workers.contains(where: Self.isThere) { usleep(10_000) }
        #expect(!workers.contains(where: Self.isThere))
    }

    private func signOn(
        _ gateway: GatewayProcess, _ user: String, _ password: String
    ) throws -> (status: Int, body: String) {
        let body = #"{"user":"\#(user)","password":"\#(password)","cookie":false}"#
        return try curl(gateway, "POST", "login", body: body)
    }

    private func curl(
        _ gateway: GatewayProcess, _ method: String, _ path: String, body: String? = nil,
        header: String = "Accept: application/json"
    ) throws -> (status: Int, body: String) {
        let address = gateway.peopleAddress
        let url = address.hasPrefix("https://") ? address : "https://\(address)"
        let result = try Shell.run(
            [
                "curl", "-sS", "--cacert", "certs/bundle.pem", "-X", method, "-H", header, "-H",
                "content-type: application/json", "-w", "\n%{http_code}",
                "\(url)/api/maxine/auth/\(path)",
            ] + (body == nil ? [] : ["--data-binary", "@-"]), input: body ?? "",
            directory: gateway.folder)
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n") + result.error)
    }

    /// The files of a folder in which a text stands, but those that a test itself put it in.
    private func holds(_ folder: URL, _ secret: String) throws -> [String] {
        let result = try Shell.run(["grep", "-rlaF", secret, folder.path])
        return result.output.split(separator: "\n").map(String.init)
    }

    private static func workers(of process: pid_t) throws -> [Int] {
        let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
        return tasks.flatMap { task in
            let path = "/proc/\(process)/task/\(task)/children"
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            return text.split(separator: " ").compactMap { Int($0) }
        }
    }

    private static func isThere(_ process: Int) -> Bool {
        let path = "/proc/\(process)/status"
        let status = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return !status.isEmpty && !status.contains("State:\tZ")
    }
}
