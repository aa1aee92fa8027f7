import Foundation
import Synchronization

/// A program that a test runs, in the words of Foundation's `Process`.
///
/// Foundation learns of a child's end through a descriptor and a run loop. Where tests run side by side with
/// hundreds of descriptors open it sometimes never learns, and `waitUntilExit` hangs; this one asks the kernel.
package final class ChildProcess: Sendable {
    private struct State {
        var executable: URL?
        var arguments: [String] = []
        var environment: [String: String]?
        var handles: [FileHandle?] = [nil, nil, nil]
        var pid: pid_t = 0
        var status: Int32?
    }

    /// Why a program wasn't started.
    package struct Failure: Error {
        package let path: String
        package let errno: Int32
    }

    private let state = Mutex(State())

    package init() {}

    package var executableURL: URL? {
        get { state.withLock { $0.executable } }
        set { state.withLock { $0.executable = newValue } }
    }

    package var arguments: [String] {
        get { state.withLock { $0.arguments } }
        set { state.withLock { $0.arguments = newValue } }
    }

    /// The child's environment; the test's own where nil.
    package var environment: [String: String]? {
        get { state.withLock { $0.environment } }
        set { state.withLock { $0.environment = newValue } }
    }

    package var standardInput: FileHandle? {
        get { state.withLock { $0.handles[0] } }
        set { state.withLock { $0.handles[0] = newValue } }
    }

    package var standardOutput: FileHandle? {
        get { state.withLock { $0.handles[1] } }
        set { state.withLock { $0.handles[1] = newValue } }
    }

    package var standardError: FileHandle? {
        get { state.withLock { $0.handles[2] } }
        set { state.withLock { $0.handles[2] = newValue } }
    }

    package var processIdentifier: pid_t { state.withLock { $0.pid } }

    package var isRunning: Bool {
        state.withLock { state in
            Self.poll(&state)
            return state.pid != 0 && state.status == nil
        }
    }

    /// The exit status, or the signal's number; -1 while it runs.
    package var terminationStatus: Int32 { state.withLock { $0.status ?? -1 } }

    package func run() throws {
        try state.withLock { state in
            let path = state.executable?.path ?? ""
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            for (number, handle) in state.handles.enumerated() {
                guard let handle else { continue }
                posix_spawn_file_actions_adddup2(&actions, handle.fileDescriptor, Int32(number))
            }
            posix_spawn_file_actions_addclosefrom_np(&actions, 3)
            let words = ([path] + state.arguments).map { strdup($0) } + [nil]
            let variables = state.environment ?? ProcessInfo.processInfo.environment
            let settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
            defer { for text in words + settings { free(text) } }
            var pid: pid_t = 0
            let code = posix_spawn(&pid, path, &actions, nil, words, settings)
            guard code == 0 else { throw Failure(path: path, errno: code) }
            state.pid = pid
        }
    }

    package func terminate() {
        state.withLock { state in
            Self.poll(&state)
            if state.pid != 0, state.status == nil { kill(state.pid, SIGTERM) }
        }
    }

    package func waitUntilExit() {
        while isRunning { usleep(2_000) }
    }

    private static func poll(_ state: inout State) {
        guard state.pid != 0, state.status == nil else { return }
        var word: Int32 = 0
        guard waitpid(state.pid, &word, WNOHANG) == state.pid else { return }
        let signal = word & 0x7F
        state.status = signal == 0 ? (word >> 8) & 0xFF : signal
    }
}
