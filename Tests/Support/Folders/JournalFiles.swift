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
        let names = try FileManager.default.contentsOfDirectory(atPath: segments.path).sorted()
        return try names.flatMap { name in
            let data = try Data(contentsOf: segments.appending(path: name))
            // Behind the last line a segment is filled ahead with millions of newlines.
            let end = data.range(of: Data("\n\n".utf8))?.lowerBound ?? data.endIndex
            return String(decoding: data[..<end], as: UTF8.self)
                .split(separator: "\n").map(String.init).filter { $0.hasPrefix("{\"seq\":") }
        }
    }

    /// The record lines of one action.
    package func records(_ action: String) throws -> [String] {
        try records().filter { $0.contains("\"action\":\"\(action)\"") }
    }
}
