internal import CSandbox
internal import Glibc
internal import StrictJSON
internal import Text
internal import Time

/// A child process that answers one request at a time on a socket, which is all that it shares with us.
final class WorkerProcess: Sendable {
    /// Whether its kernel has Landlock.
    let hasLandlock: Bool
    private let id: pid_t
    private let socket: FrameSocket

    /// How long a program may take until it is confined and says so.
    private static let startNanoseconds: Int64 = 10_000_000_000

    /// Starts one.
    ///
    /// INVARIANT: it ends with the thread that starts it.
    init(_ program: WorkerProgram) throws(WorkerFault) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw .notStarted(errnoText(errno))
        }
        defer { close(ends[1]) }
        socket = FrameSocket(descriptor: ends[0])
        do {
            id = try Self.spawn(program, ends[1])
        } catch {
            close(ends[0])
            throw error
        }
        let first = Self.greeting(socket)
        hasLandlock = first?["landlock"] == .bool(true)
        if first == nil {
            let signal = end()
            throw .notStarted("it did not begin as a helper process (signal \(signal))")
        }
    }

    /// Whether it waits for a request, as far as one can see.
    var isThere: Bool { socket.isQuiet }

    /// Asks and waits for the answer.
    ///
    /// - Throws: ``WorkerFault``; the process is of no use then and must be ended.
    func ask(
        _ frame: [UInt8], _ descriptors: [Int32], until deadline: Int64
    ) throws(WorkerFault) -> [UInt8] {
        do {
            try socket.send(frame, descriptors: descriptors)
            return try Self.answer(socket, until: deadline)
        } catch {
            switch error {
            case .late: throw .late
            case .ended: throw .died(signal: 0)
            case .tooLong: throw .malformed("longer than \(WorkerLimits.answerBytesMax) bytes")
            }
        }
    }

    /// Ends it, whatever it does, and waits until it has ended.
    ///
    /// - Returns: The signal that ended it, 0 for none: where it had ended by itself, that one.
    @discardableResult
    func end() -> Int32 {
        close(socket.descriptor)
        var word: Int32 = 0
        var ended = waitpid(id, &word, WNOHANG)
        if ended == 0 {
            kill(id, SIGKILL)
            repeat { ended = waitpid(id, &word, 0) } while ended < 0 && errno == EINTR
        }
        return ended == id ? word & 0x7F : 0
    }

    private static func answer(
        _ socket: FrameSocket, until deadline: Int64
    ) throws(FrameSocket.Fault) -> [UInt8] {
        let left = { Span.between(Clocks.system.elapsed(), deadline) / 1_000_000 }
        let count = RequestFrame.count(try socket.read(4, left: left))
        guard count <= WorkerLimits.answerBytesMax else { throw .tooLong }
        return try socket.read(count, left: left)
    }

    private static func greeting(_ socket: FrameSocket) -> JSONValue? {
        let deadline = Span.after(Clocks.system.elapsed(), startNanoseconds)
        guard let bytes = try? answer(socket, until: deadline) else { return nil }
        return try? StrictJSON.parse(bytes)
    }

    /// With a descriptor of ours as its third, and no other; no signal is blocked.
    private static func spawn(
        _ program: WorkerProgram, _ socket: Int32
    ) throws(WorkerFault) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, socket, WorkerService.descriptor)
        for number in Int32(0)...2 {
            posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, WorkerService.descriptor + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words = (["maxine"] + program.arguments).map { strdup($0) } + [nil]
        var variables = program.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + variables { free(word) } }
        var id: pid_t = 0
        let fault = posix_spawn(&id, program.path, &actions, &attributes, &words, &variables)
        guard fault == 0 else { throw .notStarted(errnoText(fault)) }
        return id
    }
}
