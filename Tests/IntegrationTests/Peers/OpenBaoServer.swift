import Foundation
import Support

/// A real OpenBao server on loopback with its storage on disk, so that it can be killed and come back.
final class OpenBaoServer {
    static var binary: String {
        SourceRoot.url.appending(path: ".build/peers/bin/bao").path
    }

    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: binary) }

    let folder: URL
    let port: Int
    private var process: ChildProcess?
    private var unsealKey = ""
    private var rootToken = ""

    var address: String { "https://127.0.0.1:\(port)" }

    /// Starts it with a transit engine and a policy for us.
    init(in folder: URL) throws {
        self.folder = folder
        let ports = try Self.freePorts()
        port = ports[0]
        try FileManager.default.createDirectory(
            at: folder.appending(path: "bao-data"), withIntermediateDirectories: true)
        try write(
            """
            storage "raft" { 
              path = "bao-data"
              node_id = "one"
            }
            cluster_addr = "https://127.0.0.1:\(ports[1])"
            api_addr = "\(address)"
            listener "tcp" {
              address = "127.0.0.1:\(port)"
              tls_cert_file = "bao.pem"
              tls_key_file = "bao.key"
            }
            """, to: "bao.hcl")
        try write(
            """
            path "transit/keys/maxine-*" { capabilities = ["create", "update", "read", "delete"] }
            path "transit/sign/maxine-*" { capabilities = ["update"] }
            """, to: "policy.hcl")
        _ = try shell(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
                + " -keyout bao.key -out bao.pem -subj /CN=localhost"
                + " -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null")
        try start()
        let made = try bao("operator init -key-shares=1 -key-threshold=1 -format=json")
        unsealKey = try text(#/"unseal_keys_b64": \[\s*"([^"]+)"/#, in: made)
        rootToken = try text(#/"root_token": "([^"]+)"/#, in: made)
        try unseal()
        _ = try bao("secrets enable transit")
        _ = try bao("policy write maxine policy.hcl")
    }

    deinit { process?.signal(SIGKILL) }

    /// Starts it; one that was initialised is sealed then.
    func start() throws {
        let log = folder.appending(path: "bao.log").path
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process = try ChildProcess(
            [Self.binary, "server", "-config", "bao.hcl"], directory: folder, output: .file(log),
            error: .file(log))
        try retry { try self.shell("curl -sk -o /dev/null \(self.address)/v1/sys/seal-status") }
    }

    func kill() {
        process?.status(within: 0)
        process = nil
    }

    func unseal() throws {
        _ = try bao("operator unseal \(unsealKey)")
        // Until it leads, it answers nothing else.
        try retry { try self.bao("token lookup") }
    }

    /// A new token that may use our keys, in the file that the gateway reads.
    func giveToken(ttl: String = "1h") throws -> String {
        let token = try bao("token create -policy=maxine -ttl=\(ttl) -field=token")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let file = folder.appending(path: "bao.token")
        try Data((token + "\n").utf8).write(to: file, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        return token
    }

    /// Runs a command as its administrator.
    @discardableResult
    func bao(_ arguments: String) throws -> String {
        try shell(
            "BAO_ADDR=\(address) BAO_CACERT=bao.pem BAO_TOKEN='\(rootToken)' HOME=. \(Self.binary) "
                + arguments)
    }

    private func shell(_ line: String) throws -> String {
        let result = try Shell.run(["sh", "-c", line], directory: folder, timeoutSeconds: 30)
        guard result.status == 0 else {
            throw TestFault(description: "\(line): \(result.output) \(result.error)")
        }
        return result.output
    }

    private static func freePorts() throws -> [Int] {
        let script = """
            import socket
            taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
            print(*[one.getsockname()[1] for one in taken])
            """
        let result = try Shell.run(["python3", "-c", script])
        let ports = result.output.split { $0.isWhitespace }.compactMap { Int($0) }
        guard ports.count == 2 else { throw TestFault(description: result.error) }
        return ports
    }

    private func retry(_ body: () throws -> String) throws {
        let deadline = Date().addingTimeInterval(30)
        while true {
            do {
                _ = try body()
                return
            } catch {
                guard Date() < deadline else { throw error }
                usleep(50_000)
            }
        }
    }

    private func text(_ pattern: Regex<(Substring, Substring)>, in text: String) throws -> String {
        guard let match = text.firstMatch(of: pattern) else { throw TestFault(description: text) }
        return String(match.1)
    }

    private func write(_ text: String, to name: String) throws {
        try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
    }
}
