import Foundation

/// Programs that were built beside the tests.
package enum BuiltProgram {
    /// The path of one.
    package static func path(_ name: String) -> String {
        let own = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return own.deletingLastPathComponent().appending(path: name).path
    }
}
