import CProcess
import Glibc

/// What the process sets up before anything else, so that no moment is unguarded.
enum ProcessGuards {
    /// Guards a command; keys may be in its memory from here on.
    ///
    /// - Parameter arguments: The command line: `serve` takes SIGHUP later, so it must not end it before.
    static func begin(_ arguments: [String] = CommandLine.arguments) {
        forbidCoreDumps()
        giveBackLargeBlocks()
        // They have no meaning here; the default would end the process.
        signal(SIGUSR1, SIG_IGN)
        signal(SIGUSR2, SIG_IGN)
        // Until somebody listens for it, and wherever it comes to a thread that does not: it means nothing.
        if arguments.dropFirst().first == "serve" { signal(SIGHUP) { _ in } }
    }

    /// Larger than what one write takes, smaller than a long answer.
    static let largeBlockBytes = 512 << 10

    /// What the blocks of some batches take.
    static let keptFreeBytes = 2 << 20

    static func giveBackLargeBlocks() {
        _ = process_give_back_blocks_from(Int32(largeBlockBytes))
        _ = process_keep_free_bytes(Int32(keptFreeBytes))
    }

    private static func forbidCoreDumps() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = process_set_not_dumpable()
    }
}
