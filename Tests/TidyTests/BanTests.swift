import Foundation
import Testing

/// Words that can stop the process, hide a race, or reach round the proofs.
@Suite struct BanTests {
    struct Ban {
        let word: String
        let instead: String
    }

    struct Exception {
        let path: String
        let word: String
        let reason: String
    }

    private let bans: [Ban] = [
        Ban(word: "try!", instead: "handle the error"),
        Ban(word: "as!", instead: "as? and an error"),
        Ban(word: "fatalError(", instead: "throw, or make the state impossible"),
        Ban(word: "preconditionFailure(", instead: "throw, or make the state impossible"),
        Ban(word: "precondition(", instead: "throw, or make the state impossible"),
        Ban(word: "unowned(unsafe)", instead: "a strong or weak reference"),
        Ban(word: "Task {", instead: "a Service in the group"),
        Ban(word: "Task.detached", instead: "a Service in the group"),
        Ban(word: "@unchecked Sendable", instead: "a lock box, an actor or a value"),
        Ban(word: "nonisolated(unsafe)", instead: "a lock box"),
        Ban(word: "@preconcurrency", instead: "fixing the call"),
        Ban(word: "@testable", instead: "public API or package access"),
        Ban(word: "print(", instead: "the logger, or Terminal in the executable"),
        Ban(word: "FIXME", instead: "fixing it"),
        Ban(word: "TODO", instead: "doing it, or an issue"),
    ]

    @Test func noSourceFileUsesABannedWord() throws {
        let exceptions = try Self.exceptions()
        for file in try SourceTree.swiftFiles(under: "Sources") {
            for (index, line) in file.lines.enumerated() {
                for ban in bans where code(of: line).contains(word: ban.word) {
                    if exceptions.contains(where: { $0.path == file.path && $0.word == ban.word }) {
                        continue
                    }
                    Issue.record("\(file.path):\(index + 1) has \(ban.word): use \(ban.instead)")
                }
            }
        }
    }

    @Test func everyExceptionIsUsedAndHasAReason() throws {
        for exception in try Self.exceptions() {
            let url = SourceTree.root.appending(path: exception.path)
            let text = try String(contentsOf: url, encoding: .utf8)
            #expect(
                text.contains(exception.word), "\(exception.path) no longer has \(exception.word)")
            #expect(exception.reason.count >= 20, "\(exception.path) needs a real reason")
        }
    }

    private func code(of line: Substring) -> Substring {
        guard let comment = line.range(of: "//") else { return line }
        return line[..<comment.lowerBound]
    }

    /// Lines of `exceptions.txt`: path | word | reason.
    private static func exceptions() throws -> [Exception] {
        let url = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "exceptions.txt")
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }.map { line in
                let parts = line.split(separator: "|").map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
                return Exception(
                    path: parts[0], word: parts.count > 1 ? parts[1] : "",
                    reason: parts.count > 2 ? parts[2] : "")
            }
    }
}

extension Substring {
    /// Whether the word stands here and is not the end of a longer name.
    fileprivate func contains(word: String) -> Bool {
        guard let range = self.range(of: word) else { return false }
        guard range.lowerBound > startIndex else { return true }
        let before = self[index(before: range.lowerBound)]
        return !(before.isLetter || before.isNumber || before == "_" || before == ".")
    }
}
