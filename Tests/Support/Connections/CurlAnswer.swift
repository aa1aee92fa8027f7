import Foundation

/// An answer as curl printed it, head and body.
package struct CurlAnswer: Sendable {
    package let status: Int
    package let headers: [String: String]
    /// The values of all its Set-Cookie fields.
    package let cookies: [String]
    package let body: String
    package let version: String

    /// The record that the answer names in its Maxine-Audit field.
    package var sequence: Int64 {
        Int64(headers["maxine-audit"]?.prefix { $0 != ";" } ?? "") ?? 0
    }

    /// Reads what `curl -D -` printed; heads of interim answers are left out.
    package init(_ result: Shell.Result) throws {
        var rest = result.output
        guard rest.hasPrefix("HTTP/") else {
            throw TestFault(description: "no answer: \(result.error)")
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
        var cookies: [String] = []
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            let value = parts.count > 1 ? String(parts[1].trimmingPrefix { $0 == " " }) : ""
            headers[parts[0].lowercased()] = value
            if parts[0].lowercased() == "set-cookie" { cookies.append(value) }
        }
        self.headers = headers
        self.cookies = cookies
        status = words.count > 1 ? Int(words[1]) ?? 0 : 0
        body = rest
        version = words.first.map(String.init) ?? ""
    }
}
