import Foundation
import Testing

/// docs/spiffe.md names a test for every MUST; each of them must exist.
@Suite("The table of SPIFFE sections")
struct SPIFFETableTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test func everyTestThatTheTableNamesExists() throws {
        let table = try String(
            contentsOf: Self.root.appending(path: "docs/spiffe.md"), encoding: .utf8)
        let tests = Self.root.appending(path: "Tests")
        let files = try FileManager.default.subpathsOfDirectory(atPath: tests.path)
            .filter { $0.hasSuffix(".swift") && !$0.contains(".build") }
            .map { try String(contentsOf: tests.appending(path: $0), encoding: .utf8) }
        var rows = 0
        for line in table.split(separator: "\n") where line.hasPrefix("| ") {
            for name in line.split(separator: "`").filter({ $0.contains("Tests.") }) {
                let parts = name.split(separator: ".")
                rows += 1
                #expect(
                    files.contains {
                        $0.contains("struct \(parts[0])") && $0.contains("func \(parts[1])(")
                    }, "\(name) does not exist")
            }
        }
        #expect(rows >= 40)
    }
}
