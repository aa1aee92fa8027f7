package import Foundation

/// The audit log of a gateway, as the files in its folder hold it.
package struct JournalFiles: Sendable {
    private let segments: URL

    /// The log of the gateway whose `data` lies in a folder.
    package init(of folder: URL) {
        segments = folder.appending(path: "data/audit/segments")
    }

    /// The record lines, in order.
    package func records() throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: segments.path)
        let packed = names.filter { $0.hasSuffix(".jsonl.gz") }.map { String($0.dropLast(3)) }
        let all = Set(packed).union(names.filter { $0.hasSuffix(".jsonl") }).sorted()
        return try all.flatMap { name in
            let data = try bytes(of: name)
            // Behind the last line a segment is filled ahead with millions of newlines.
            let end = data.range(of: Data("\n\n".utf8))?.lowerBound ?? data.endIndex
            let lines = String(decoding: data[..<end], as: UTF8.self).split(separator: "\n")
            // Behind the last commit line somebody may just be writing.
            let last = lines.lastIndex { $0.hasPrefix(#"{"type":"commit""#) && $0.hasSuffix("}") }
            return lines[..<(last ?? 0)].filter { $0.hasPrefix(#"{"seq":"#) }.map(String.init)
        }
    }

    /// The bytes of a segment; one that is packed is unpacked.
    private func bytes(of name: String) throws -> Data {
        let path = segments.appending(path: name)
        if let data = try? Data(contentsOf: path) { return data }
        let unpacked = try Shell.run(["gzip", "-dc", path.path + ".gz"])
        guard unpacked.status == 0 else { throw TestFault(description: unpacked.error) }
        return Data(unpacked.output.utf8)
    }

    /// The record lines of one action.
    package func records(_ action: String) throws -> [String] {
        try records().filter { $0.contains("\"action\":\"\(action)\"") }
    }
}
