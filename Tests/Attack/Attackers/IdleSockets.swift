import Glibc
import Support

/// Holds as many sockets as there is room for, the client's own address among their sources.
///
/// Half have sent the beginning of a handshake. Whatever the gateway ends is opened anew.
struct IdleSockets: Attack {
    let name = "idle sockets"

    private static let held = 16_000
    private static let opensPerSecond = 1_000
    private static let sources = 16
    /// The head of a TLS record whose body never comes.
    private static let beginning: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]

    func run(_ target: Target, until end: ContinuousClock.Instant) async throws -> String {
        try await Shell.aside {
            FloodSocket.beModest()
            var open: [Int32] = []
            var pace = Pace(perSecond: Self.opensPerSecond)
            var (opened, ended, most, refused) = (0, 0, 0, 0)
            while .now < end {
                for _ in 0..<pace.due() where open.count < Self.held {
                    let source = 1 + opened % Self.sources
                    guard let socket = FloodSocket.open(port: target.port, from: source) else {
                        refused += 1
                        continue
                    }
                    if opened % 2 == 1 { FloodSocket.send(Self.beginning, to: socket) }
                    open.append(socket)
                    opened += 1
                }
                let gone = FloodSocket.ended(open)
                for socket in gone { close(socket) }
                open.removeAll { gone.contains($0) }
                ended += gone.count
                most = max(most, open.count)
                usleep(20_000)
            }
            for socket in open { FloodSocket.reset(socket) }
            guard opened > 0 else { throw TestFault(description: "no socket could be opened") }
            return
                "\(opened) opened from \(Self.sources) addresses, \(ended) of them ended by the gateway, "
                + "\(most) held at most" + (refused > 0 ? ", \(refused) not accepted" : "")
        }
    }
}
