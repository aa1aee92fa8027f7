import Testing

@Suite struct SizeTests {
    private let linesMax = 300
    private let medianLinesMax = 120
    private let testLinesMax = 600
    private let functionLinesMax = 70

    @Test func noSourceFileIsTooLong() throws {
        for file in try SourceTree.swiftFiles(under: "Sources") {
            #expect(file.lines.count <= linesMax, "\(file.path) has \(file.lines.count) lines")
        }
        for file in try SourceTree.swiftFiles(under: "Tests") {
            #expect(file.lines.count <= testLinesMax, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test(arguments: ["Sources", "Sources/Gateway", "Tests"])
    func theMedianFileIsShort(folder: String) throws {
        let counts = try SourceTree.swiftFiles(under: folder).map(\.lines.count).sorted()
        let median = counts.isEmpty ? 0 : counts[counts.count / 2]
        #expect(counts.count > 50)
        #expect(median <= medianLinesMax, "the median file of \(folder) has \(median) lines")
    }

    @Test func noFunctionIsTooLong() throws {
        for file in try SourceTree.swiftFiles(under: "Sources") {
            for function in FunctionScanner.functions(in: file.lines)
            where function.lines > functionLinesMax {
                Issue.record("\(file.path):\(function.start) is \(function.lines) lines long")
            }
        }
    }

    @Test func theScannerSeesALongFunction() {
        let text =
            "struct A {\n    func long() {\n"
            + String(repeating: "        work()\n", count: 80) + "    }\n}\n"
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(FunctionScanner.functions(in: lines).map(\.lines) == [82])
    }
}

/// Finds functions by indentation: swift-format puts the closing brace below the `func`.
enum FunctionScanner {
    struct Function {
        let start: Int
        let lines: Int
    }

    static func functions(in lines: [Substring]) -> [Function] {
        var found: [Function] = []
        for (index, line) in lines.enumerated() where isStart(line) {
            let indent = line.prefix { $0 == " " }
            let end = lines[index...].firstIndex { $0 == indent + "}" }
            if let end { found.append(Function(start: index + 1, lines: end - index + 1)) }
        }
        return found
    }

    private static func isStart(_ line: Substring) -> Bool {
        let words = line.split(separator: " ")
        return !line.contains("//") && words.contains { $0 == "func" || $0.hasPrefix("init(") }
    }
}
