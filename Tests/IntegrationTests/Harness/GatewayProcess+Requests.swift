import Foundation
import StrictJSON

extension GatewayProcess {
    struct Answer {
        let status: Int
        let headers: [String: String]
        let body: String
        let version: String
    }

    /// Sends one request with curl over mTLS, as the operator or with another identity's files.
    func curl(
        _ method: String, _ path: String, body: String? = nil, as identity: String? = nil,
        headers: [String] = [], options: [String] = []
    ) throws -> Answer {
        let files =
            identity.map { ("\($0)/svid.pem", "\($0)/svid.key", "\($0)/bundle.pem") }
            ?? ("certs/operator.pem", "certs/operator.key", "certs/bundle.pem")
        var arguments = [
            "curl", "-sS", "-X", method, "-D", "-", "--path-as-is", "--max-time", "20", "--cert",
            files.0, "--key", files.1, "--cacert", files.2,
        ]
        for header in headers { arguments += ["-H", header] }
        if let body {
            arguments += ["--data-binary", body, "-H", "content-type: application/json"]
        }
        let result = try Shell.run(
            arguments + options + [serviceAddress + path], directory: folder)
        return try Self.parse(result)
    }

    /// Sends one request with curl to a listener that asks for no client certificate.
    func curl(
        anonymously method: String, _ address: String, body: String? = nil, headers: [String] = [],
        options: [String] = []
    ) throws -> Answer {
        var arguments = [
            "curl", "-sS", "-X", method, "-D", "-", "--path-as-is", "--max-time", "20", "--cacert",
            "certs/bundle.pem",
        ]
        for header in headers { arguments += ["-H", header] }
        if let body {
            arguments += ["--data-binary", body, "-H", "content-type: application/json"]
        }
        return try Self.parse(
            try Shell.run(arguments + options + [address], directory: folder))
    }

    /// One record of the journal by its sequence.
    func record(_ sequence: Int64) throws -> JSONValue {
        for line in try records() {
            let record = try StrictJSON.parse(Array(line.utf8))
            if record["seq"]?.integer == sequence { return record }
        }
        throw NotStarted(description: "no record \(sequence) in the journal")
    }

    /// The status of a page of the metrics listener.
    func health(_ page: String) throws -> Int {
        let result = try Shell.run(
            [
                "curl", "-sS", "--max-time", "5", "-o", "/dev/null", "-w", "%{http_code}",
                metricsAddress + page,
            ])
        return Int(result.output) ?? 0
    }

    static func parse(_ result: Shell.Result) throws -> Answer {
        var rest = result.output
        guard rest.hasPrefix("HTTP/") else {
            throw NotStarted(description: "no answer: \(result.error)")
        }
        var lines: [String] = []
        while let end = rest.range(of: "\r\n") {
            let line = String(rest[..<end.lowerBound])
            rest = String(rest[end.upperBound...])
            if line.isEmpty {
                guard rest.hasPrefix("HTTP/") else { break }
                lines = []
            } else {
                lines.append(line)
            }
        }
        let words = lines.first?.split(separator: " ") ?? []
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] =
                parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        return Answer(
            status: words.count > 1 ? Int(words[1]) ?? 0 : 0, headers: headers, body: rest,
            version: words.first.map(String.init) ?? "")
    }
}
