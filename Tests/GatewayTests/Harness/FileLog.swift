import Foundation
import Logging
import NIOConcurrencyHelpers

/// The gateway's log as a file, with all it says down to the finest level.
struct FileLog: LogHandler {
    private let file: NIOLockedValueBox<FileHandle>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    static func logger(_ path: String) throws -> Logger {
        try Data().write(to: URL(filePath: path))
        let file = NIOLockedValueBox(try FileHandle(forWritingTo: URL(filePath: path)))
        return Logger(label: "maxine") { _ in FileLog(file: file) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let words = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let line = "\(event.level) \(words.joined(separator: " ")) \(event.message)\n"
        file.withLockedValue { try? $0.write(contentsOf: Data(line.utf8)) }
    }
}
