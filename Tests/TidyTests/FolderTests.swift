import Testing

/// The folders of a module name each other's types in one direction only, so that each can be read on its own.
@Suite struct FolderTests {
    @Test func theFoldersOfTheGatewayFormNoCircle() throws {
        let graph = FolderGraph(try SourceTree.swiftFiles(under: "Sources/Gateway"), depth: 2)
        #expect(graph.uses.count > 10, "the scanner sees next to nothing")
        for (edge, uses) in graph.circles.sorted(by: { $0.key < $1.key }) {
            Issue.record("\(edge) is part of a circle: \(uses.sorted().joined(separator: ", "))")
        }
    }

    @Test func theScannerFindsACircle() {
        let graph = FolderGraph(
            [
                file("S/A/One.swift", "struct One {\n    let two: Two  // and Three\n}"),
                file("S/B/Two.swift", "public final class Two {\n    var one: [One] = []\n}"),
                file("S/C/Three.swift", "enum Three { case one(One), text(\"Four\") }"),
                file("S/D/Four.swift", "struct Four {}\nprivate struct One { let t: X.Three }"),
                file("S/Top.swift", "struct Top { let one: One, three: Three }"),
            ], depth: 1)
        #expect(
            graph.uses.keys.sorted().map(\.description) == [
                "A names B", "B names A", "C names A",
            ])
        #expect(graph.circles.keys.sorted().map(\.description) == ["A names B", "B names A"])
    }

    private func file(_ path: String, _ text: String) -> SourceTree.File {
        SourceTree.File(
            path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
    }
}

/// Which folder names the types of which other; files beside the folders are above all of them.
struct FolderGraph {
    struct Edge: Hashable, Comparable, CustomStringConvertible {
        let from: String
        let to: String
        var description: String { "\(from) names \(to)" }

        static func < (one: Edge, other: Edge) -> Bool {
            (one.from, one.to) < (other.from, other.to)
        }
    }

    /// The types by which a folder names another, as `Type in File.swift`.
    private(set) var uses: [Edge: Set<String>] = [:]

    /// Takes the folders at a depth of the paths.
    init(_ files: [SourceTree.File], depth: Int) {
        var homes: [Substring: String] = [:]
        for file in files {
            for name in file.lines.compactMap(SourceWords.declaredType) {
                homes[name] = Self.folder(of: file.path, depth)
            }
        }
        for file in files {
            guard let folder = Self.folder(of: file.path, depth) else { continue }
            let own = Set(file.lines.compactMap(SourceWords.privateType))
            let name = file.path.split(separator: "/").last ?? ""
            for line in file.lines {
                for word in SourceWords.types(in: line) where !own.contains(word) {
                    guard let home = homes[word], home != folder else { continue }
                    uses[Edge(from: folder, to: home), default: []].insert("\(word) in \(name)")
                }
            }
        }
    }

    /// The edges that lead back to where they come from.
    var circles: [Edge: Set<String>] {
        uses.filter { reached(from: $0.key.to).contains($0.key.from) }
    }

    private func reached(from start: String) -> Set<String> {
        var reached: Set<String> = []
        var open = [start]
        while let next = open.popLast() {
            for edge in uses.keys where edge.from == next && reached.insert(edge.to).inserted {
                open.append(edge.to)
            }
        }
        return reached
    }

    private static func folder(of path: String, _ depth: Int) -> String? {
        let parts = path.split(separator: "/")
        return parts.count > depth + 1 ? String(parts[depth]) : nil
    }
}
