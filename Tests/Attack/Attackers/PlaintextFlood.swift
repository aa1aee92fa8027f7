import Glibc
import Support

/// Speaks HTTP without TLS, each request on a connection of its own.
struct PlaintextFlood: Attack {
    let name = "plaintext flood"

    private static let perSecond = 2_000
    private static let sources = 16
    private static let request = Array("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".utf8)

    func run(_ target: Target, until end: ContinuousClock.Instant) async throws -> String {
        try await Shell.aside {
            FloodSocket.beModest()
            var pace = Pace(perSecond: Self.perSecond)
            var open: [Int32] = []
            var (sent, ended) = (0, 0)
            while .now < end {
                for _ in 0..<pace.due() {
                    let source = 1 + sent % Self.sources
                    guard let socket = FloodSocket.open(port: target.port, from: source) else {
                        continue
                    }
                    FloodSocket.send(Self.request, to: socket)
                    open.append(socket)
                    sent += 1
                }
                let gone = FloodSocket.ended(open)
                for socket in gone { FloodSocket.reset(socket) }
                open.removeAll { gone.contains($0) }
                ended += gone.count
                usleep(1_000)
            }
            for socket in open { FloodSocket.reset(socket) }
            guard sent > 0 else { throw TestFault(description: "no connection was made") }
            return
                "\(sent) requests without TLS on as many connections from \(Self.sources) addresses, "
                + "\(ended) of them ended by the gateway"
        }
    }
}
