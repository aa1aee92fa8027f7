import Foundation
import Support
import Testing

@testable import Gateway

/// docs/sign-on.md says what there is, and its examples load as they stand there.
@Suite struct DirectoryPageTests {
    private let page: String

    init() throws {
        page = try String(
            contentsOf: SourceRoot.url.appending(path: "docs/sign-on.md"), encoding: .utf8)
    }

    @Test func everyKeyStandsInTheTable() throws {
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let cells = rows.compactMap { $0.split(separator: "|").first }.joined()
        for name in DirectoryKey.all.map(\.name)
            + ["groups.mode", "groups.base", "groups.member", "groups.depth"]
        {
            #expect(cells.contains("`\(name)`"), "\(name)")
        }
    }

    @Test func theExamplesLoad() throws {
        var examples = blocks.filter { $0.hasPrefix("auth:") && $0.contains("ldap:") }
        examples += blocks.filter { $0.hasPrefix("- name:") && $0.contains("ldaps:") }.map {
            "auth:\n  ldap:\n"
                + $0.split(separator: "\n").map { "    \($0)\n" }.joined()
        }
        #expect(examples.count == 2)
        for example in examples {
            let read = try ConfigurationFile.load(yaml: ("sign-on.md", example), environment: [:])
            #expect(read.configuration.directories.count == 1)
            #expect(read.warnings == [])
        }
    }

    /// What is indented as code, without its indentation.
    private var blocks: [String] {
        var blocks: [[Substring]] = [[]]
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("       ") {
                blocks[blocks.count - 1].append(line.dropFirst(7))
            } else {
                blocks.append([])
            }
        }
        return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    }
}
