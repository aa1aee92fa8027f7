import Foundation
import StrictJSON
import Support

/// A real OpenID provider, Debian's glewlwyd, on loopback: one client, which is a gateway, and people who sign on by HTTP as browsers do.
final class GlewlwydServer {
    static var isThere: Bool { Shell.has("glewlwyd") && Shell.has("sqlite3") }

    static let callback = "https://maxine.example" + path
    static let path = "/api/maxine/auth/oidc/idp/callback"
    static let secret = "s3cret-of-the-client"

    private let files: TestFolder
    private let port: Int
    private var processes: [ChildProcess] = []

    /// Where it lies, as a browser sees it; its issuer is its plugin below.
    var address: String { "http://127.0.0.1:\(port)" }
    var issuer: String { address + "/api/oidc" }

    /// Where the gateway is, as browsers see it.
    let home: String

    /// Starts it with a client and somebody of the group `ops`.
    init(home: String = "https://maxine.example") throws {
        self.home = home
        files = try TestFolder()
        port = try Self.freePort()
        let conf = try String(contentsOfFile: "/etc/glewlwyd/glewlwyd.conf", encoding: .utf8)
        let own = [
            "port=\(port)", "static_files_path=\"\(files.path("webapp"))\"",
            "bind_address=\"127.0.0.1\"", "external_url=\"\(address)\"",
            "log_file=\"\(files.path("glewlwyd.log"))\"",
            "database = { type = \"sqlite3\" path = \"\(files.path("g.db"))\" };",
        ]
        let begins = ["port=", "external_url=", "log_file=", "@include"]
        let rest = conf.split(separator: "\n").filter { line in
            !begins.contains { line.hasPrefix($0) }
        }.map(String.init)
        try files.write((own + rest).joined(separator: "\n"), to: "glewlwyd.conf")
        _ = try shell(
            "zcat /usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz | sqlite3 g.db"
                + " && openssl genrsa -out g.key 2048 2>/dev/null"
                + " && openssl rsa -in g.key -pubout -out g.pub 2>/dev/null"
                + " && cp -rL /usr/share/glewlwyd/webapp webapp && rm -rf webapp/config.json"
                + " && cp /etc/glewlwyd/config-2.7.json/config.json webapp/config.json"
                + " && cp -r webapp/locales/en webapp/locales/en-US")
        try files.write("", to: "out.log")
        processes.append(
            try ChildProcess(
                ["glewlwyd", "--config-file=" + files.path("glewlwyd.conf")],
                directory: files.url, output: .file(files.path("out.log")),
                error: .file(files.path("out.log"))))
        try retry { try self.shell("curl -s -o /dev/null --max-time 5 \(self.address)/config") }
        try setUp()
    }

    deinit {
        for process in processes { process.signal(SIGKILL) }
    }

    private func setUp() throws {
        try call(
            "admin", "POST", "/api/auth/", #"{"username":"admin","password":"password"}"#)
        let users = try call("admin", "GET", "/api/mod/user/database")
        try call(
            "admin", "PUT", "/api/mod/user/database",
            users.replacing(
                #""data-format":{"#,
                with: #""data-format":{"groups":{"multiple":true,"read":true,"write":true},"#))
        try call("admin", "PUT", "/api/mod/user/database/reset/")
        var writer = JSONWriter()
        writer.raw(
            #"{"module":"oidc","name":"oidc","display_name":"oidc","order_rank":0,"parameters":{"#)
        writer.raw(#""iss":"#.utf8)
        writer.string(issuer)
        for (name, file) in [("key", "g.key"), ("cert", "g.pub")] {
            writer.raw(",\"\(name)\":".utf8)
            writer.string(try files.text(file))
        }
        writer.raw(Self.parameters.utf8)
        try call("admin", "POST", "/api/mod/plugin/", String(decoding: writer.bytes, as: UTF8.self))
        try call(
            "admin", "POST", "/api/client/",
            #"{"client_id":"maxine","name":"maxine","confidential":true,"enabled":true,"client_secret":"\#(Self.secret)","password":"\#(Self.secret)","authorization_type":["code","refresh_token","device_authorization"],"redirect_uri":["\#(home + Self.path)"],"scope":[],"token_endpoint_auth_method":["client_secret_basic"],"backchannel_logout_uri":"http://127.0.0.1:\#(try recorder())/","backchannel_logout_session_required":"1","post_logout_redirect_uris":"\#(home)/"}"#
        )
        try add("alice", groups: ["ops"])
    }

    private static let parameters =
        #","jwt-type":"rsa","jwt-key-size":"256","access-token-duration":3600,"refresh-token-duration":1209600,"code-duration":600,"refresh-token-rolling":true,"refresh-token-one-use":"always","auth-type-code-enabled":true,"auth-type-refresh-enabled":true,"auth-type-device-enabled":true,"auth-type-token-enabled":false,"jwks-show":true,"pkce-allowed":true,"pkce-required":true,"pkce-method-plain-allowed":false,"oauth-as-iss-id":true,"allow-non-oidc":false,"subject-type":"public","claims":[{"name":"groups","user-property":"groups","type":"string","mandatory":true},{"name":"preferred_username","user-property":"username","type":"string","mandatory":true}],"session-management-allowed":true,"session-cookie-name":"G","session-cookie-expiration":3600,"back-channel-logout-allowed":true,"front-channel-logout-allowed":false}}"#

    /// The `auth.oidc` of a gateway whose people are its.
    func configuration(in folder: URL, more: String = "") throws -> String {
        let file = folder.appending(path: "client.secret")
        try Data((Self.secret + "\n").utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        return """
            people: { url: "\(home)" }
            auth:
              oidc:
                - name: idp
                  issuer: \(issuer)
                  loopback_http: true
                  client_id: maxine
                  client_secret: file:\(file.path)
                  scopes: [openid]
                  user_claim: preferred_username\(more)

            """
    }
}

/// People and their browsers.
extension GlewlwydServer {
    /// Adds somebody.
    func add(_ person: String, groups: [String]) throws {
        try call(
            "admin", "POST", "/api/user/", Self.person(person, groups))
    }

    /// Takes somebody away.
    func remove(_ person: String) throws { try call("admin", "DELETE", "/api/user/\(person)") }

    /// Has somebody be of other groups from now on.
    func change(_ person: String, groups: [String]) throws {
        try call(
            "admin", "PUT", "/api/user/\(person)", Self.person(person, groups)
        )
    }

    private static func person(_ name: String, _ groups: [String]) -> String {
        let groups = groups.map { "\"\($0)\"" }.joined(separator: ",")
        return
            #"{"username":"\#(name)","password":"wonderland","name":"\#(name)","enabled":true,"scope":["openid","g_profile"],"groups":[\#(groups)]}"#
    }

    /// Signs somebody on in a browser of their own, and has them consent.
    func signOn(_ person: String) throws {
        try call(
            person, "POST", "/api/auth/", #"{"username":"\#(person)","password":"wonderland"}"#)
        try call(person, "PUT", "/api/auth/grant/maxine", #"{"scope":"openid"}"#)
    }

    /// Where a person's browser is sent that comes to an address of the provider.
    func follow(_ address: String, as person: String) throws -> String {
        let answer = try shell(
            "curl -sS --max-time 10 -b \(person).jar -c \(person).jar -o /dev/null"
                + " -w '%{redirect_url}' '\(address)'")
        return answer
    }

    /// Ends the session at the provider that somebody signed on with last.
    func endSession(of person: String) throws {
        let session = try shell(
            "sqlite3 g.db 'SELECT gpoc_sid FROM gpo_code ORDER BY gpoc_id DESC LIMIT 1'"
        )
        .trimmingCharacters(in: .whitespacesAndNewlines)
        try call(person, "DELETE", "/api/oidc/session/\(session)/")
    }

    /// What the provider sent to the back-channel endpoint, in order.
    func logouts() throws -> [String] {
        try files.names("").filter { $0.hasPrefix("logout-") }.sorted().map { try files.text($0) }
    }

    @discardableResult
    func call(
        _ person: String, _ method: String, _ path: String, _ body: String? = nil
    ) throws -> String {
        var words = [
            "curl", "-sS", "--max-time", "10", "-b", "\(person).jar", "-c", "\(person).jar", "-X",
            method, "-H", "content-type: application/json", "-w", "\n%{http_code}", address + path,
        ]
        if let body { words += ["-d", body] }
        let result = try Shell.run(words, directory: files.url, timeoutSeconds: 20)
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.last == "200" else {
            throw TestFault(description: "\(method) \(path): \(result.output) \(result.error)")
        }
        return lines.dropLast().joined(separator: "\n")
    }
}

extension GlewlwydServer {
    /// Writes down what is posted to it, a file each.
    private func recorder() throws -> Int {
        let port = try Self.freePort()
        try files.write(
            """
            import http.server
            count = 0
            class Recorder(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    global count
                    count += 1
                    body = self.rfile.read(int(self.headers.get('content-length', 0)))
                    with open('part', 'wb') as file: file.write(body)
                    import os; os.rename('part', 'logout-%03d' % count)
                    self.send_response(200); self.end_headers()
                def log_message(self, *words): pass
            http.server.HTTPServer(('127.0.0.1', \(port)), Recorder).serve_forever()
            """, to: "recorder.py")
        try files.write("", to: "recorder.log")
        processes.append(
            try ChildProcess(
                ["python3", "recorder.py"], directory: files.url,
                output: .file(files.path("recorder.log")),
                error: .file(files.path("recorder.log"))))
        return port
    }

    static func freePort() throws -> Int {
        let script =
            "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
        let text = try Shell.run(["python3", "-c", script]).output
        guard let port = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw TestFault(description: "no free port: \(text)")
        }
        return port
    }

    @discardableResult
    private func shell(_ line: String) throws -> String {
        let result = try Shell.run(["sh", "-c", line], directory: files.url, timeoutSeconds: 30)
        guard result.status == 0 else {
            throw TestFault(description: "\(line): \(result.output) \(result.error)")
        }
        return result.output
    }

    private func retry(_ body: () throws -> Void) throws {
        for _ in 0..<200 {
            if (try? body()) != nil { return }
            usleep(50_000)
        }
        try body()
    }
}
