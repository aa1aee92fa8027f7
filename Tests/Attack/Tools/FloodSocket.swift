import Glibc
import Support

/// TCP connections as somebody makes them who has many: bare descriptors, and nothing that waits.
enum FloodSocket {
    /// Raises this process's limit of descriptors as far as it may.
    static func raiseLimit() throws {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else {
            throw TestFault(description: "no limit of descriptors: errno \(errno)")
        }
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(resource, &limit) == 0 else {
            throw TestFault(description: "descriptors stay limited: errno \(errno)")
        }
    }

    /// Lets this thread have what time others leave: the attacker's machine is another's, the cores here are shared.
    static func beModest() { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10) }

    /// Connects to a port on 127.0.0.1 from 127.0.0.`source`; nil if there is no connection.
    static func open(port: UInt16, from source: Int) -> Int32? {
        let descriptor = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // The port is chosen at connect, so that one address serves many connections.
        setsockopt(descriptor, Int32(IPPROTO_IP), 24, &on, size)
        var time = timeval(tv_sec: 1, tv_usec: 0)
        for option in [SO_SNDTIMEO, SO_RCVTIMEO] {
            setsockopt(
                descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
        guard call(bind, descriptor, source, 0) == 0, call(connect, descriptor, 1, port) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Sends bytes; true if the system took all of them.
    @discardableResult
    static func send(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Those of some connections that the other side has ended.
    static func ended(_ descriptors: [Int32]) -> Set<Int32> {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&entries, nfds_t(entries.count), 0) > 0 else { return [] }
        return Set(entries.filter { $0.revents != 0 }.map(\.fd))
    }

    /// Ends a connection without leaving a port behind that waits for a minute.
    static func reset(_ descriptor: Int32) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &linger,
            socklen_t(MemoryLayout<Glibc.linger>.size))
        close(descriptor)
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ descriptor: Int32,
        _ host: Int, _ port: UInt16
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = (0x7F00_0000 + UInt32(host)).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
