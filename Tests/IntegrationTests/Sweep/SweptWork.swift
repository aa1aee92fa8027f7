import Foundation
import Support
import Testing

/// What one client asks of a gateway whose disk fails, one request after the other, and what it was answered.
struct SweptWork {
    struct Answer {
        let status: Int
        let method: String
        let path: String
    }

    let answers: [Answer]

    private static let instances = "/api/maxine/services/kept/instances/"
    private static let keys = "/api/maxine/audit/keys"

    /// Registers, changes the log's key with an overlap and at once, asks for proofs between, and takes some away again.
    private static let requests: [(method: String, path: String)] =
        puts(0..<24) + [("POST", keys)] + puts(24..<30)
        + [("GET", "/api/maxine/audit/checkpoint"), ("POST", keys + "/finish")] + puts(30..<36)
        + [("POST", keys + "/replace")] + puts(36..<50)
        + [("GET", "/api/maxine/audit/checkpoint")]

    private static func puts(_ numbers: Range<Int>) -> [(method: String, path: String)] {
        numbers.map { ("PUT", instances + "w\($0)") }
    }

    init(_ gateway: GatewayProcess) throws {
        let parts = Self.requests.map { request in
            """
            url = "\(gateway.serviceAddress)\(request.path)"
            request = "\(request.method)"
            cert = "certs/operator.pem"
            key = "certs/operator.key"
            cacert = "certs/bundle.pem"
            output = "/dev/null"
            max-time = 10
            write-out = "%{http_code} %{method} %{url_effective}\\n"
            """
                + (request.method == "PUT"
                    ? "\ndata = \"{\\\"address\\\":\\\"10.0.0.7\\\",\\\"port\\\":80,\\\"ttlSeconds\\\":86400}\""
                    : "")
        }
        try Data(parts.joined(separator: "\nnext\n").utf8).write(
            to: gateway.folder.appending(path: "requests"))
        let result = try Shell.run(
            ["curl", "-sS", "-K", "requests"], directory: gateway.folder, timeoutSeconds: 60)
        answers = result.output.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, let status = Int(words[0]) else { return nil }
            let path = words[2].dropFirst(gateway.serviceAddress.count)
            return Answer(status: status, method: String(words[1]), path: String(path))
        }
        #expect(answers.count == Self.requests.count, "\(result.error)")
    }

    /// The instances whose registration was acknowledged.
    var taken: Set<String> { instances { $0 == 201 } }

    /// Those that were told to be refused.
    var refused: Set<String> { instances { $0 == 503 } }

    private func instances(_ fits: (Int) -> Bool) -> Set<String> {
        Set(
            answers.filter { $0.path.hasPrefix(Self.instances) && fits($0.status) }.map {
                String($0.path.dropFirst(Self.instances.count))
            })
    }

    /// The keys that are published are those that the answers leave possible: signing ones, and those that retired in order.
    func expectKeys(of gateway: GatewayProcess, _ place: String) throws {
        var possible: Set<KeyState> = [KeyState(signing: 1, retired: 0)]
        for answer in answers where answer.path.hasPrefix(Self.keys) {
            let after = Set(possible.map { $0.after(answer.path.dropFirst(Self.keys.count)) })
            switch answer.status {
            case 200: possible = after
            case 409, 503: break
            default: possible.formUnion(after)
            }
        }
        let text = try String(
            contentsOf: gateway.folder.appending(path: "certs/log.vkey"), encoding: .utf8)
        let count = text.split(separator: "\n").count
        #expect(possible.contains { $0.signing + $0.retired == count }, "\(place): \(text)")
    }

    private struct KeyState: Hashable {
        var signing: Int
        var retired: Int

        func after(_ step: Substring) -> KeyState {
            switch step {
            case "/finish": signing > 1 ? KeyState(signing: 1, retired: retired + 1) : self
            case "/replace": KeyState(signing: 1, retired: retired)
            default: signing == 1 ? KeyState(signing: 2, retired: retired) : self
            }
        }
    }
}
