import Foundation
import Testing

/// A file imports a module of ours only if it names something that is that module's alone.
@Suite struct UnusedImportTests {
    /// Files that need an import for a member whose name others have too, and that member.
    private let needed = [
        "Sources/Audit/Records/Aggregate.swift": "[UInt8].append(decimal:)",
        "Sources/Audit/Segments/SegmentHeader.swift": "[UInt8].append(quoted:)",
        "Sources/Gateway/Custody/TrustedPlaces.swift": "TokenIssuer.keys",
        "Sources/Gateway/Facades/Native/ChangingAnswers.swift": "SPIFFEID.description",
        "Sources/Gateway/Facades/Native/LogKeyRoutes.swift": "LogKey.verifier",
        "Sources/Gateway/Facades/Routes/RouteDescription.swift": "Action.name",
    ]

    @Test func everyImportOfOurOwnModulesIsUsed() throws {
        let names = ModuleNames(try SourceTree.swiftFiles(under: "Sources"))
        let files =
            try SourceTree.swiftFiles(under: "Sources") + SourceTree.swiftFiles(under: "Tests")
        var seen = 0
        for file in files {
            for module in names.unused(by: file) where needed[file.path] == nil {
                Issue.record("\(file.path) imports \(module) and names nothing of it")
            }
            seen += names.imported(by: file).count
        }
        #expect(seen > 200)
    }

    @Test func theScannerSeesAnImportThatIsNotUsed() {
        let names = ModuleNames([
            file("Sources/One/A.swift", "public struct Alpha {\n    public var size: Int\n}"),
            file(
                "Sources/Two/B.swift",
                "package enum Beta {\n    case size, weight(Int, isNet: Bool)\n    case no = \"Yes\"\n}"
            ),
        ])
        let unused = { text in names.unused(by: file("Sources/Three/C.swift", text)) }
        #expect(unused("import One\nlet a: Alpha") == [])
        #expect(unused("internal import Two\nlet a = x.weight") == [])
        #expect(unused("import One\nlet a = \"\\(Alpha.self)\"") == [])
        #expect(unused("import One\nlet a = x.size") == ["One"], "both have it")
        #expect(unused("import One\n// Alpha\nlet a = 1") == ["One"])
        #expect(unused("import Two\nlet isNet: Bool = Yes") == ["Two"], "what a case carries")
        #expect(unused("import Two\nlet a = x.no") == [])
    }

    private func file(_ path: String, _ text: String) -> SourceTree.File {
        SourceTree.File(
            path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
    }
}

/// What each of our modules declares for others.
private struct ModuleNames {
    private var names: [String: Set<String>] = [:]

    init(_ files: [SourceTree.File]) {
        var members: [String: Set<String>] = [:]
        for file in files {
            let module = SourceTree.target(of: file.path)
            for line in file.lines {
                let (types, others) = Self.declared(line)
                names[module, default: []].formUnion(types)
                members[module, default: []].formUnion(others)
            }
        }
        for (module, own) in members {
            let elsewhere = members.filter { $0.key != module }.values
            names[module, default: []].formUnion(
                own.filter { name in !elsewhere.contains { $0.contains(name) } })
        }
    }

    func imported(by file: SourceTree.File) -> [String] {
        file.lines.compactMap { line in
            let words = line.split(separator: " ")
            guard words.dropLast().last == "import", words.count <= 3, words[0] != "@testable",
                let name = words.last.map(String.init), names[name] != nil
            else { return nil }
            return name
        }
    }

    /// The imported modules of which the file names nothing.
    func unused(by file: SourceTree.File) -> [String] {
        let imported = imported(by: file)
        guard !imported.isEmpty else { return [] }
        let words = Set(file.lines.lazy.filter { !$0.contains("import ") }.flatMap(Self.words))
        return imported.filter { names[$0]?.isDisjoint(with: words) ?? false }
    }

    /// All words before a comment, those in text too: what is interpolated counts, and telling it apart is slow.
    private static func words(_ line: Substring) -> [String] {
        let code = line.range(of: "//").map { line[..<$0.lowerBound] } ?? line
        return code.components(separatedBy: separators).filter { !$0.isEmpty }
    }

    private static let separators = CharacterSet.alphanumerics.union(["_"]).inverted

    private static let typeWords: Set<String> = [
        "struct", "class", "enum", "actor", "protocol", "typealias",
    ]
    private static let memberWords: Set<String> = ["func", "var", "let", "case"]

    /// The names that a line declares for other modules: types, and members with enum cases.
    private static func declared(_ line: Substring) -> (Set<String>, Set<String>) {
        let words = Self.words(line)
        let isOpen = words.contains("public") || words.contains("package")
        guard
            let place = words.firstIndex(where: {
                typeWords.contains($0) || memberWords.contains($0)
            }), place + 1 < words.count
        else { return ([], []) }
        if typeWords.contains(words[place]) { return (isOpen ? [words[place + 1]] : [], []) }
        if words[place] == "case" {
            let isPattern = line.contains("case .") || line.contains("case let")
            return ([], isPattern ? [] : Set(caseNames(line)))
        }
        return ([], isOpen ? [words[place + 1]] : [])
    }

    /// The cases that a line declares, without what they carry and what they are written as.
    private static func caseNames(_ line: Substring) -> [String] {
        var depth = 0
        let outside = line.filter { character in
            if character == "(" { depth += 1 }
            defer { if character == ")" { depth -= 1 } }
            return depth == 0
        }
        let names = outside.components(separatedBy: "case ").last ?? ""
        return names.split(separator: ",").compactMap { words($0).first }
    }
}
