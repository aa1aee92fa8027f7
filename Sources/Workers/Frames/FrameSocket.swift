internal import CSandbox
internal import Glibc

/// Reads and writes whole frames on a socket, for a bounded time, and sees descriptors along.
struct FrameSocket {
    /// How an exchange ended that was no success.
    enum Fault: Error, CustomStringConvertible {
        case late
        case ended
        case tooLong

        var description: String {
            switch self {
            case .late: "too late"
            case .ended: "the other side has ended"
            case .tooLong: "the answer is too long"
            }
        }
    }

    let descriptor: Int32

    /// Sends all bytes, the descriptors with the first.
    func send(_ bytes: [UInt8], descriptors: [Int32]) throws(Fault) {
        var sent = 0
        while sent < bytes.count {
            let isFirst = sent == 0
            let count = bytes.withUnsafeBytes { buffer in
                descriptors_send(
                    descriptor, buffer.baseAddress.map { $0 + sent }, buffer.count - sent,
                    descriptors, isFirst ? Int32(descriptors.count) : 0)
            }
            if count > 0 {
                sent += count
            } else if errno != EINTR {
                throw .ended
            }
        }
    }

    /// Whether the other side is there and has sent nothing.
    var isQuiet: Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) == 0
    }

    /// Reads exactly so many bytes; the time left is asked before each wait, nil waits for ever.
    func read(_ count: Int, left: () -> Int64?) throws(Fault) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            try wait(left())
            let got = bytes.withUnsafeMutableBytes { buffer in
                recv(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, 0)
            }
            if got > 0 {
                filled += got
            } else if got == 0 || (errno != EINTR && errno != EAGAIN) {
                throw .ended
            }
        }
        return bytes
    }

    /// Reads the first bytes of a frame and what descriptors came along; nil at the end.
    func readHead(_ count: Int) -> (bytes: [UInt8], descriptors: [Int32])? {
        var bytes = [UInt8](repeating: 0, count: count)
        var descriptors = [Int32](repeating: -1, count: Int(descriptors_max))
        var number: Int32 = 0
        var got = 0
        repeat {
            got = bytes.withUnsafeMutableBytes { buffer in
                descriptors_receive(
                    descriptor, buffer.baseAddress, buffer.count, &descriptors, &number)
            }
        } while got < 0 && errno == EINTR
        guard got > 0 else { return nil }
        let taken = Array(descriptors.prefix(Int(max(0, number))))
        guard got < count else { return (bytes, taken) }
        guard let rest = try? read(count - got, left: { nil }) else { return nil }
        return (Array(bytes.prefix(got)) + rest, taken)
    }

    private func wait(_ milliseconds: Int64?) throws(Fault) {
        guard let milliseconds else { return }
        guard milliseconds > 0 else { throw .late }
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = poll(&watched, 1, Int32(clamping: milliseconds))
        if ready == 0 { throw .late }
    }
}
