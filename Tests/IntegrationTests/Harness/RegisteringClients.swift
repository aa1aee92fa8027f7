import Foundation
import Support

/// Several curl processes at once, each registering one instance after the other on a connection of its own.
final class RegisteringClients {
    /// A line of the configuration that lets the operator register as many as a test wants.
    static let manyAllowed =
        "limits: { registrations_per_principal: 200000, registrations_per_namespace: 200000 }\n"

    private let process: ChildProcess
    private let folder: URL
    private let output: URL

    /// Starts the clients; `name` is the service, instances are `c<client>-<number>`.
    init(
        _ gateway: GatewayProcess, service: String, clients: Int, each: Int, options: String = "",
        under wrapper: [String] = []
    ) throws {
        folder = gateway.folder.appending(path: "clients-\(UUID().uuidString)")
        output = folder.appending(path: "all")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let script = """
            for c in $(seq \(clients)); do
              curl -s -X PUT \(options) --fail-early --max-time 60 -o /dev/null \
                --cert certs/operator.pem --key certs/operator.key --cacert certs/bundle.pem \
                -d '{"address":"10.0.0.7","port":8080,"ttlSeconds":86400}' \
                -w '%{http_code} %{url_effective}\\n' "$URL/c$c-[1-\(each)]" >"$OUT/$c" 2>/dev/null &
            done
            wait
            """
        let variables = [
            "URL": "\(gateway.serviceAddress)/api/maxine/services/\(service)/instances",
            "OUT": folder.path,
        ]
        process = try ChildProcess(
            wrapper + ["/bin/sh", "-c", script],
            environment: Shell.cleanEnvironment.merging(variables) { $1 },
            directory: gateway.folder)
    }

    /// Waits for all clients; gives each answered instance with its status.
    func finish(seconds: Double = 70) throws -> [(id: String, status: Int)] {
        process.status(within: seconds)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        var answers: [(id: String, status: Int)] = []
        for name in names {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ")
                guard words.count == 2, let status = Int(words[0]), status > 0,
                    let id = words[1].split(separator: "/").last
                else { continue }
                answers.append((String(id), status))
            }
        }
        return answers
    }
}
