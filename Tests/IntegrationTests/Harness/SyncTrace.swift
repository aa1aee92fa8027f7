import Foundation
import Support

/// What strace saw of fdatasync: whether a descriptor that failed was synced again before it was closed.
struct SyncTrace {
    /// Whether this machine lets us trace; asked once.
    static let isPossible = (try? Shell.run(["strace", "-o", "/dev/null", "true"]).status) == 0

    /// Failed syncs of the log's own files.
    private(set) var failures = 0
    /// Descriptors that were synced after a failure, with the line of the trace.
    private(set) var repeated: [String] = []

    private var failed: Set<String> = []
    private var pending: [Substring: String] = [:]

    /// Reads a trace made with `-f -y -e trace=fdatasync,close`.
    init(_ text: String) {
        for line in text.split(separator: "\n") { read(line) }
    }

    private mutating func read(_ line: Substring) {
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard words.count == 2, let thread = words.first else { return }
        let rest = words[1].drop { $0 == " " }
        if rest.hasPrefix("close("), let file = Self.descriptor(rest) {
            failed.remove(file)
        } else if rest.hasPrefix("fdatasync("), let file = Self.descriptor(rest) {
            guard rest.contains("/data/audit/") else { return }
            if failed.contains(file) { repeated.append(String(line)) }
            if rest.contains("<unfinished") { pending[thread] = file }
            note(rest, file)
        } else if rest.hasPrefix("<... fdatasync resumed"),
            let file = pending.removeValue(forKey: thread)
        {
            note(rest, file)
        }
    }

    private mutating func note(_ line: Substring, _ file: String) {
        guard line.contains("= -1 ") else { return }
        failures += 1
        failed.insert(file)
    }

    private static func descriptor(_ call: Substring) -> String? {
        guard let open = call.firstIndex(of: "(") else { return nil }
        let digits = call[call.index(after: open)...].prefix { $0.isNumber }
        return digits.isEmpty ? nil : String(digits)
    }
}
