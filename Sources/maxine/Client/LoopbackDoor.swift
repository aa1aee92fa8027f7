import Crypto
import Foundation
import Glibc
import Text

/// A port of this machine at which a browser brings what the gateway gave it (RFC 8252 section 7.3); for loopback only.
final class LoopbackDoor {
    /// What came with the browser.
    struct Visit {
        /// The code, which is good for who asked for it; nil where the person refused.
        let code: String?
        private let connection: Connection

        fileprivate init(code: String?, _ connection: Connection) {
            self.code = code
            self.connection = connection
        }

        /// Shows the browser a page.
        func answer(_ title: String, _ text: String) { connection.answer("200 OK", title, text) }
    }

    let port: UInt16
    /// Known to the gateway and to nobody else: what comes without it is passed over.
    let mark: String
    private let descriptor: Int32

    private static let headBytesMax = 8_192
    private static let visitSeconds = 2

    /// Opens a port.
    ///
    /// - Throws: ``Failure``.
    init() throws {
        mark = SymmetricKey(size: .bits256).withUnsafeBytes { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var count = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (socket, size) = (descriptor, count)
        let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                socket >= 0 && bind(socket, pointer, size) == 0 && listen(socket, 8) == 0
                    && getsockname(socket, pointer, &count) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isOpen else {
            throw Failure(
                .failed,
                "maxine: no port of 127.0.0.1 can be opened: \(errnoText(errno)); take --device")
        }
    }

    deinit { close(descriptor) }

    /// Waits for the browser.
    ///
    /// - Throws: ``Failure`` where it does not come in time.
    func visit(within time: Duration) throws -> Visit {
        let end = ContinuousClock.now + time
        while true {
            let left = end - ContinuousClock.now
            guard left > .zero else {
                throw Failure(.notAuthenticated, "maxine: nobody confirmed the sign-on in time")
            }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, Int32(min(left.components.seconds + 1, 60) * 1_000)) == 1 else {
                continue
            }
            let accepted = accept(descriptor, nil, nil)
            guard accepted >= 0 else { continue }
            let connection = Connection(accepted, seconds: Self.visitSeconds)
            guard let visit = visit(by: connection) else {
                connection.answer(
                    "404 Not Found", "Nothing here", "A program waits here for another page.")
                continue
            }
            return visit
        }
    }

    private func visit(by connection: Connection) -> Visit? {
        guard let head = connection.head(bytesMax: Self.headBytesMax) else { return nil }
        let words = head.prefix { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }.split(separator: " ")
        guard words.count == 3, words[0] == "GET", words[1].hasPrefix("/?"),
            let items = URLComponents(string: "http://127.0.0.1" + words[1])?.queryItems,
            items.count == 2, items.first(where: { $0.name == "state" })?.value == mark
        else { return nil }
        if let code = items.first(where: { $0.name == "code" })?.value, !code.isEmpty {
            return Visit(code: code, connection)
        }
        return items.contains { $0.name == "error" } ? Visit(code: nil, connection) : nil
    }
}

/// One connection of a browser; closed with the value that holds it.
private final class Connection {
    private let descriptor: Int32

    init(_ descriptor: Int32, seconds: Int) {
        self.descriptor = descriptor
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
    }

    deinit { close(descriptor) }

    /// The head of a request; nil where none comes in time, or it is longer.
    func head(bytesMax: Int) -> String? {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 2_048)
        while bytes.count < bytesMax {
            let count = recv(descriptor, &part, part.count, 0)
            guard count > 0 else { return nil }
            bytes += part.prefix(count)
            if bytes.suffix(count + 3).contains(sequence: [13, 10, 13, 10]) {
                return String(decoding: bytes, as: UTF8.self)
            }
        }
        return nil
    }

    func answer(_ status: String, _ title: String, _ text: String) {
        let page = """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>\(title) - Maxine</title></head>\
            <body><main><h1>\(title)</h1><p>\(text)</p></main></body></html>

            """
        let head =
            "HTTP/1.1 \(status)\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: \(page.utf8.count)\r\n"
            + "content-security-policy: default-src 'none'\r\ncache-control: no-store\r\n"
            + "referrer-policy: no-referrer\r\nconnection: close\r\n\r\n"
        let bytes = Array((head + page).utf8)
        _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        shutdown(descriptor, Int32(SHUT_WR))
    }
}

extension ArraySlice<UInt8> {
    fileprivate func contains(sequence wanted: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: wanted) }
    }
}
