package import Foundation
package import StrictJSON

/// A gateway that a test talks to, in this process or in one of its own; what it wrote lies in its folder.
package protocol ServedGateway {
    /// Holds `data`, `certs` and a folder for each issued identity.
    var folder: URL { get }
    var serviceAddress: String { get }
    var metricsAddress: String { get }
}

/// One request, and who sends it.
package struct CurlRequest: Sendable {
    package var method: String
    package var path: String
    package var body: String?
    /// The folder of an issued identity; the operator's files if nil.
    package var identity: String?
    package var headers: [String]
    package var options: [String]

    package init(
        _ method: String, _ path: String, body: String? = nil, as identity: String? = nil,
        headers: [String] = [], options: [String] = []
    ) {
        self.method = method
        self.path = path
        self.body = body
        self.identity = identity
        self.headers = headers
        self.options = options
    }

    /// The command that sends it to an address, in the gateway's folder.
    package func arguments(to address: String) -> [String] {
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
        return arguments + options + [address + path]
    }
}

extension ServedGateway {
    /// The journal's record lines, in order.
    package func records() throws -> [String] { try JournalFiles(of: folder).records() }

    /// The record lines of one action.
    package func records(_ action: String) throws -> [String] {
        try JournalFiles(of: folder).records(action)
    }

    /// The journal's records, parsed.
    package func journal() throws -> [JSONValue] {
        try records().map { try StrictJSON.parse(Array($0.utf8)) }
    }

    /// One record of the journal by its sequence.
    package func record(_ sequence: Int64) throws -> JSONValue {
        for line in try records() where line.hasPrefix("{\"seq\":\(sequence),") {
            return try StrictJSON.parse(Array(line.utf8))
        }
        throw TestFault(description: "no record \(sequence) in the journal")
    }

    /// The record that an answer's Maxine-Audit header names.
    package func record(of answer: CurlAnswer) throws -> JSONValue {
        try record(answer.sequence)
    }

    /// What the gateway has logged since its start.
    package func logText() -> String {
        let data = (try? Data(contentsOf: folder.appending(path: "serve.log"))) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }
}
