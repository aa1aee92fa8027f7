import Foundation

/// The repository's own files, as text, for the tests that hold the house rules.
struct SourceTree {
    struct File {
        let path: String
        let lines: [Substring]
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func swiftFiles(under folder: String) throws -> [File] {
        let base = root.appending(path: folder)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: base.path)
        return try paths.filter { isOwn($0) }.sorted().map {
            let text = try String(contentsOf: base.appending(path: $0), encoding: .utf8)
            return File(
                path: folder + "/" + $0,
                lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }

    /// Not what a tool has built or generated.
    private static func isOwn(_ path: String) -> Bool {
        path.hasSuffix(".swift") && !path.contains(".build") && !path.contains("/Generated/")
    }

    /// The target that a path under Sources belongs to.
    static func target(of path: String) -> String {
        String(path.split(separator: "/").dropFirst().first ?? "")
    }
}
