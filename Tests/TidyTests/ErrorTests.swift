import Foundation
import Testing

/// Errors reach people: each says what is wrong in words, never as a value of the language.
@Suite struct ErrorTests {
    @Test func everyErrorIsASentence() throws {
        let files = try SourceTree.swiftFiles(under: "Sources")
        let lines = files.flatMap { file in file.lines.map { (file.path, $0) } }
        let described = Set(
            lines.compactMap { _, line -> String? in
                // A search for words is quick; one by a pattern is not.
                guard line.contains("CustomStringConvertible") else { return nil }
                return line.firstMatch(
                    of: #/(?:extension|enum|struct|class) (\w+)[^{]*CustomStringConvertible/#
                )
                .map { String($0.output.1) }
            })
        var seen = 0
        for (path, line) in lines {
            guard line.contains("Error"),
                let match = line.firstMatch(
                    of: #/(?:enum|struct|class) (\w+):(?:[^{]*,)? *Error\b/#)
            else { continue }
            seen += 1
            let name = String(match.output.1)
            #expect(described.contains(name), "\(path): \(name) has no description")
        }
        #expect(seen > 15, "the scanner sees nothing")
    }
}
