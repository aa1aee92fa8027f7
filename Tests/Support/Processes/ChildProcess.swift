package import Foundation
import Glibc
import NIOConcurrencyHelpers

/// Another program that runs beside the test.
///
/// Not Foundation's `Process`: with many of them at once that lost the end of one in some thousand, and whoever waited for it
/// waited for ever. Here a thread of its own waits for each child, which gets the descriptors it is given and no other.
package final class ChildProcess: Sendable {
    /// Where a child reads from or writes to.
    package enum Stream: Sendable {
        case nowhere
        /// A file; one to be written is there already.
        case file(String)
        /// A descriptor of this process, which stays the caller's.
        case descriptor(Int32)
    }

    /// The process's number; another's, once this one has ended.
    package let id: pid_t
    /// The status, once it has ended: what it returned, or the number of the signal that ended it.
    private let ended = NIOLockedValueBox<Int32?>(nil)
    private let end = ConditionLock(value: false)
    private let whenEnded: AsyncStream<Int32>

    /// Starts a program that is found on PATH, with no signal blocked, as a shell starts it.
    package init(
        _ arguments: [String], environment: [String: String] = Shell.cleanEnvironment,
        directory: URL? = nil, input: Stream = .nowhere, output: Stream = .nowhere,
        error: Stream = .nowhere
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        input.open(as: 0, O_RDONLY, in: &actions)
        output.open(as: 1, O_WRONLY | O_APPEND, in: &actions)
        error.open(as: 2, O_WRONLY | O_APPEND, in: &actions)
        try Self.closeOthers(&actions)
        let place = directory.map { ["env", "-C", $0.path] } ?? []
        id = try Self.spawn(place + arguments, environment, &actions)
        let door: AsyncStream<Int32>.Continuation
        (whenEnded, door) = AsyncStream.makeStream()
        let (id, ended, end) = (id, ended, end)
        Thread.detachNewThread {
            let status = Self.awaitEnd(of: id, noting: ended)
            end.lock()
            end.unlock(withValue: true)
            door.yield(status)
        }
    }

    package var isRunning: Bool { ended.withLockedValue { $0 == nil } }

    /// Sends a signal, unless it has ended.
    package func signal(_ number: Int32) {
        ended.withLockedValue { if $0 == nil { kill(id, number) } }
    }

    /// Waits for its end, and ends it when the time is up.
    @discardableResult
    package func status(within seconds: Double) -> Int32 {
        if !waits(seconds) {
            signal(SIGKILL)
            _ = waits(.infinity)
        }
        return ended.withLockedValue { $0 ?? -1 }
    }

    /// Waits for its end, for one caller.
    package func status() async -> Int32 { await whenEnded.first { _ in true } ?? -1 }

    private func waits(_ seconds: Double) -> Bool {
        if seconds.isInfinite {
            end.lock(whenValue: true)
        } else if !end.lock(whenValue: true, timeoutSeconds: seconds) {
            return false
        }
        end.unlock()
        return true
    }

    /// Its number is free for another only once nobody sends signals to it.
    private static func awaitEnd(of id: pid_t, noting ended: NIOLockedValueBox<Int32?>) -> Int32 {
        var info = siginfo_t()
        while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return ended.withLockedValue { ended in
            var word: Int32 = 0
            while waitpid(id, &word, 0) < 0, errno == EINTR {}
            let signal = word & 0x7f
            let status = signal == 0 ? word >> 8 & 0xff : signal
            ended = status
            return status
        }
    }

    /// Listening sockets of gateways in this process are open for children, too, and would outlive the gateway there.
    ///
    /// The function is glibc's own and in no header that Swift sees.
    private static func closeOthers(_ actions: inout posix_spawn_file_actions_t) throws {
        typealias Function =
            @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
            throw TestFault(description: "glibc 2.34 or later is needed")
        }
        _ = unsafeBitCast(symbol, to: Function.self)(&actions, 3)
    }

    private static func spawn(
        _ arguments: [String], _ environment: [String: String],
        _ actions: inout posix_spawn_file_actions_t
    ) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = arguments.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + variables { free(word) } }
        guard let program = words[0] else { throw TestFault(description: "no program") }
        var id: pid_t = 0
        let fault = posix_spawnp(&id, program, &actions, &attributes, &words, &variables)
        guard fault == 0 else {
            throw TestFault(description: "\(arguments): \(String(cString: strerror(fault)))")
        }
        return id
    }
}

extension ChildProcess.Stream {
    fileprivate func open(
        as number: Int32, _ mode: Int32, in actions: inout posix_spawn_file_actions_t
    ) {
        switch self {
        case .nowhere: posix_spawn_file_actions_addopen(&actions, number, "/dev/null", mode, 0)
        case .file(let path): posix_spawn_file_actions_addopen(&actions, number, path, mode, 0)
        case .descriptor(let descriptor):
            posix_spawn_file_actions_adddup2(&actions, descriptor, number)
        }
    }
}
