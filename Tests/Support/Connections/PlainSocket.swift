import Glibc

/// A TCP connection without TLS, from any address of this machine.
///
/// Its functions block; where the gateway lives in the same process they are called through `Shell.aside`.
package final class PlainSocket: Sendable {
    private let descriptor: Int32

    /// Connects to a port on 127.0.0.1.
    ///
    /// - Throws: `TestFault` if there is no connection within a few seconds.
    package init(port: UInt16, from source: String = "127.0.0.1") throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw TestFault(description: "no socket: errno \(errno)") }
        var time = timeval(tv_sec: 10, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(
                descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
        guard Self.call(bind, descriptor, source, 0) == 0 else {
            throw TestFault(description: "\(source) is not ours: errno \(errno)")
        }
        guard Self.call(connect, descriptor, "127.0.0.1", port) == 0 else {
            throw TestFault(description: "no connection: errno \(errno)")
        }
    }

    deinit { close(descriptor) }

    package func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Reads until the other side ends the connection; false if it does not within ten seconds.
    package func waitForClose() -> Bool {
        var block = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &block, block.count, 0)
            if count == 0 || (count < 0 && errno == ECONNRESET) { return true }
            if count < 0 { return false }
        }
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ descriptor: Int32,
        _ host: String, _ port: UInt16
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
