import Foundation

/// An issuer's HTTPS server in Python: key set, redirects, endless and huge answers; notes each request in a file.
final class KeyServer {
    private let process = Process()
    let folder: URL
    let port: Int

    private static let program = """
        import http.server, ssl, sys, time
        folder = sys.argv[1]
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *words): pass
            def do_GET(self):
                with open(folder + "/requests.txt", "a") as log: log.write(self.path + "\\n")
                if self.path == "/redirect":
                    self.send_response(302)
                    self.send_header("location", "/jwks.json")
                    self.end_headers()
                    return
                if self.path == "/slow": time.sleep(30)
                body = open(folder + "/jwks.json", "rb").read()
                if self.path == "/huge": body += b" " * 1000000
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder + "/tls.pem", folder + "/tls.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        open(folder + "/port.txt", "w").write(str(server.server_port))
        server.serve_forever()
        """

    static var isMissing: Bool { !Shell.has("python3") || !Shell.has("openssl") }

    init(keys: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "issuer-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(keys.utf8).write(to: folder.appending(path: "jwks.json"))
        try Data().write(to: folder.appending(path: "requests.txt"))
        try Data(Self.program.utf8).write(to: folder.appending(path: "server.py"))
        _ = try Shell.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "tls.key", "-out", "tls.pem",
                "-days", "2", "-subj", "/CN=issuer", "-addext", "subjectAltName=IP:127.0.0.1",
            ], directory: folder)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "server.py", folder.path]
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.runWithOpenSignals()
        var found = 0
        for _ in 0..<500 where found == 0 {
            usleep(10_000)
            let text = try? String(
                contentsOf: folder.appending(path: "port.txt"), encoding: .utf8)
            found = text.flatMap { Int($0) } ?? 0
        }
        port = found
        guard found > 0 else { throw GatewayProcess.NotStarted(description: "no key server") }
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    var address: String { "https://127.0.0.1:\(port)" }

    /// The paths that were asked for, in order.
    func requests() throws -> [String] {
        try String(contentsOf: folder.appending(path: "requests.txt"), encoding: .utf8)
            .split(separator: "\n").map(String.init)
    }
}
