import Foundation
import Support

/// Certificates of a throw-away authority, made with the openssl command.
struct TestCertificates {
    let ca: String
    let serverCert: String
    let serverKey: String
    let clientCert: String
    let clientKey: String

    init(folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let script = """
            set -e; cd '\(folder)'
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
              -keyout ca.key -out ca.pem -subj /CN=test-ca 2>/dev/null
            for n in server client; do
              openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $n.key \
                -out $n.csr -subj /CN=localhost 2>/dev/null
              printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\n' > ext
              openssl x509 -req -in $n.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
                -extfile ext -out $n.pem 2>/dev/null
            done
            """
        let result = try Peers.run(["sh", "-c", script])
        guard result.status == 0 else { throw Peers.Missing(description: result.error) }
        ca = folder + "/ca.pem"
        serverCert = folder + "/server.pem"
        serverKey = folder + "/server.key"
        clientCert = folder + "/client.pem"
        clientKey = folder + "/client.key"
    }
}

/// A port that was free a moment ago.
func freePort() throws -> Int {
    let result = try Peers.run([
        "python3", "-c",
        "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])",
    ])
    guard let port = Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines)) else {
        throw Peers.Missing(description: "no free port: \(result.error)")
    }
    return port
}

/// rsyslog as a TLS receiver that asks for a client certificate.
final class RsyslogServer {
    let port: Int
    private let folder: String
    private var process: ChildProcess?

    init(folder: String, _ certificates: TestCertificates) throws {
        self.folder = folder
        port = try freePort()
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let text = """
            global(workDirectory="\(folder)" maxMessageSize="64k"
              defaultNetstreamDriver="ossl"
              defaultNetstreamDriverCAFile="\(certificates.ca)"
              defaultNetstreamDriverCertFile="\(certificates.serverCert)"
              defaultNetstreamDriverKeyFile="\(certificates.serverKey)")
            module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1"
              StreamDriver.AuthMode="x509/certvalid")
            template(name="whole" type="string" string="%structured-data%%msg%\\n")
            input(type="imtcp" port="\(port)" address="127.0.0.1")
            action(type="omfile" file="\(folder)/received" template="whole")

            """
        try Data(text.utf8).write(to: URL(filePath: folder + "/rsyslog.conf"))
    }

    func start() throws {
        let process = ChildProcess()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "rsyslogd", "-n", "-f", folder + "/rsyslog.conf", "-i", folder + "/pid",
        ]
        process.standardInput = FileHandle.nullDevice
        let log = folder + "/log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardOutput = FileHandle(forWritingAtPath: log)
        process.standardError = process.standardOutput
        try process.run()
        self.process = process
        for _ in 0..<200 {
            let check = try Peers.run([
                "sh", "-c", "ss -ltn | grep -q 127.0.0.1:\(port)",
            ])
            if check.status == 0 { return }
            usleep(50_000)
        }
        throw Peers.Missing(
            description: (try? String(contentsOfFile: log, encoding: .utf8)) ?? "rsyslog")
    }

    func stop() {
        guard let process else { return }
        process.terminate()
        process.waitUntilExit()
        self.process = nil
    }

    func received() throws -> [(sequence: UInt64, leaf: String)] {
        try String(contentsOfFile: folder + "/received", encoding: .utf8).split(separator: "\n")
            .map { line in
                func member(_ name: String) -> String {
                    let parts = line.components(separatedBy: " \(name)=\"")
                    return parts.count > 1 ? String(parts[1].prefix { $0 != "\"" }) : ""
                }
                return (UInt64(member("seq")) ?? 0, member("leaf"))
            }
    }
}

/// An OTLP/HTTP receiver on opentelemetry's own messages.
final class Collector {
    let port: Int
    private let folder: String
    private let process = ChildProcess()

    init(_ python: String, folder: String) throws {
        self.folder = folder
        port = try freePort()
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let script = """
            import http.server, sys
            from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
            out, calls = open(sys.argv[2], "a", buffering=1), 0
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    global calls
                    calls += 1
                    body = self.rfile.read(int(self.headers["content-length"]))
                    # The first request is refused, as an overloaded collector does.
                    if calls == 1:
                        self.send_response(503); self.send_header("content-length", "0"); self.end_headers(); return
                    assert self.headers["content-type"] == "application/x-protobuf"
                    request = ExportLogsServiceRequest.FromString(body)
                    for a in request.resource_logs:
                        for s in a.scope_logs:
                            for r in s.log_records:
                                out.write(str([k.value.int_value for k in r.attributes if k.key == "maxine.seq"][0]) + "\\n")
                    self.send_response(200); self.send_header("content-length", "0"); self.end_headers()
                def log_message(self, *a): pass
            http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
            """
        process.executableURL = URL(filePath: python)
        process.arguments = ["-c", script, String(port), folder + "/sequences"]
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    func sequences() throws -> [UInt64] {
        try String(contentsOfFile: folder + "/sequences", encoding: .utf8).split(separator: "\n")
            .compactMap { UInt64($0) }
    }
}
