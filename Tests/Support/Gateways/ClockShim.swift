import Foundation

/// The clocks of a process that runs, in the hands of a test.
///
/// Start the process under ``wrapper``; it sees the machine's clocks, shifted by what the test says.
package final class ClockShim: Sendable {
    private let folder: TestFolder
    private let file: FileHandle

    /// Compiles the shim; the shifts are none.
    package init() throws {
        folder = try TestFolder()
        let source = SourceRoot.url.appending(
            path: "Tests/Support/Gateways/ClockShim/clockshim.c")
        let built = try Shell.run(
            ["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", folder.path("shim.so")]
                + [source.path])
        guard built.status == 0 else { throw TestFault(description: built.error) }
        try Data(count: 16).write(to: URL(filePath: folder.path("shifts")))
        file = try FileHandle(forUpdating: URL(filePath: folder.path("shifts")))
    }

    /// What the process is to be started under.
    package var wrapper: [String] {
        ["env", "LD_PRELOAD=" + folder.path("shim.so"), "CLOCKSHIM_FILE=" + folder.path("shifts")]
    }

    /// Sets the wall clock so far from the machine's.
    package func shiftWall(milliseconds: Int) throws { try write(milliseconds, at: 0) }

    /// Lets so much time pass as if the machine had slept; the wall clock goes on by itself.
    package func sleep(milliseconds: Int) throws { try write(milliseconds, at: 8) }

    private func write(_ milliseconds: Int, at offset: UInt64) throws {
        let nanoseconds = Int64(milliseconds) * 1_000_000
        try file.seek(toOffset: offset)
        try file.write(contentsOf: withUnsafeBytes(of: nanoseconds) { Data($0) })
    }
}
