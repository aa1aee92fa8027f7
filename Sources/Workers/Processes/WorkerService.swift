internal import CSandbox
internal import Glibc

/// The other side of a pool: the process confines itself, then answers until the pool's side of the socket ends.
public enum WorkerService {
    /// Where a worker finds its socket.
    static let descriptor: Int32 = 3

    /// Whether the process was started as a worker: it has a socket there and nothing as its input.
    public static var isPossible: Bool {
        var kind: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &kind, &size) == 0
            && kind == Int32(SOCK_STREAM.rawValue)
    }

    /// Answers requests, one after the other.
    ///
    /// - Parameter answer: Takes a request and the descriptors that came with it, which it has to close, and returns JSON.
    public static func serve(
        _ answer: (_ request: borrowing RequestFrame, _ descriptors: [Int32]) -> [UInt8]
    ) -> Never {
        _ = sandbox_end_with_parent()
        // What is served meanwhile comes first.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, WorkerLimits.niceness)
        // A peer that has gone is no reason to die, and what ends the gateway ends this process by the socket.
        for number in [SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2] {
            signal(number, SIG_IGN)
        }
        let socket = FrameSocket(descriptor: descriptor)
        do {
            let hasLandlock = try Confinement.enter()
            send(Array("{\"landlock\":\(hasLandlock)}".utf8), to: socket)
        } catch {
            exit(71)
        }
        while let (next, descriptors) = next(socket) {
            var request = next
            alarm(after: request.milliseconds + WorkerLimits.ownEndMilliseconds)
            let bytes = answer(request, descriptors)
            alarm(after: 0)
            for index in request.secrets.indices { SecretBytes.wipe(&request.secrets[index]) }
            send(bytes, to: socket)
        }
        exit(0)
    }

    private static func next(_ socket: FrameSocket) -> (RequestFrame, [Int32])? {
        guard let (head, descriptors) = socket.readHead(RequestFrame.headBytes),
            let length = RequestFrame.length(head),
            let json = try? socket.read(length.json, left: { nil }),
            var secretBytes = try? socket.read(length.secrets, left: { nil })
        else { return nil }
        defer { SecretBytes.wipe(&secretBytes) }
        guard let secrets = RequestFrame.secrets(secretBytes) else { return nil }
        let request = RequestFrame(
            json: json, secrets: secrets, milliseconds: length.milliseconds)
        return (request, descriptors)
    }

    private static func send(_ json: [UInt8], to socket: FrameSocket) {
        var bytes: [UInt8] = []
        bytes.appendLength(json.count)
        guard (try? socket.send(bytes + json, descriptors: [])) != nil else { exit(0) }
    }

    /// Has the system end this process, should nobody else.
    private static func alarm(after milliseconds: Int64) {
        let time = timeval(
            tv_sec: Int(milliseconds / 1000), tv_usec: Int(milliseconds % 1000) * 1000)
        var timer = itimerval(it_interval: timeval(), it_value: time)
        setitimer(__itimer_which_t(0), &timer, nil)
    }
}
