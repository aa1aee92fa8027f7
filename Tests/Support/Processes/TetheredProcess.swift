import Glibc

/// Another program that ends with this one, however this one ends: servers that several tests share are never let go of.
package final class TetheredProcess: Sendable {
    private let process: ChildProcess
    /// Nobody writes to it; at its end, a shell ends the program.
    private let tether: Int32

    /// Starts a program that is found on PATH.
    package init(_ arguments: [String], log: String) throws {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw TestFault(description: "no pair of sockets: errno \(errno)")
        }
        defer { close(ends[0]) }
        tether = ends[1]
        let script = #""$@" & child=$!; read -r _; kill -9 $child; wait $child"#
        do {
            process = try ChildProcess(
                ["sh", "-c", script, "sh"] + arguments, input: .descriptor(ends[0]),
                output: .file(log), error: .file(log))
        } catch {
            close(ends[1])
            throw error
        }
    }

    deinit { close(tether) }

    /// Ends it, and waits for that.
    package func kill() {
        shutdown()
        process.status(within: 10)
    }

    /// A line has the same effect as the end.
    private func shutdown() { _ = write(tether, "\n", 1) }
}
