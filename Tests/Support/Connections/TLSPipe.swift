import Foundation
import Glibc
import NIOConcurrencyHelpers

/// A TLS connection that carries any bytes: `openssl s_client` behind a socket pair.
///
/// Its functions block; where the gateway lives in the same process they are called through `Shell.aside`.
package final class TLSPipe: Sendable {
    private struct State {
        var received: [UInt8] = []
        var isClosed = false
        var isClosedHere = false
    }

    private let process: ChildProcess
    private let descriptor: Int32
    private let errors: URL
    private let state = NIOLockedValueBox(State())

    /// Connects; an identity is a pair of files in the gateway's folder, nil sends no certificate; the service listener unless told otherwise.
    package init(
        _ gateway: some ServedGateway, as identity: IdentityFiles? = .operator,
        protocols: String? = nil, options: [String] = [], at address: String? = nil
    ) throws {
        var ends: [Int32] = [-1, -1]
        guard
            socketpair(
                AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0
        else { throw TestFault(description: "no socket pair") }
        descriptor = ends[0]
        defer { Glibc.close(ends[1]) }
        errors = gateway.folder.appending(path: "s_client-\(UUID().uuidString)")
        try Data().write(to: errors)
        var arguments = [
            "openssl", "s_client", "-quiet", "-nocommands", "-connect",
            String((address ?? gateway.serviceAddress).dropFirst("https://".count)), "-CAfile",
            "certs/bundle.pem",
        ]
        if let identity {
            arguments += ["-cert", identity.certificate, "-key", identity.key]
            if let chain = identity.chain { arguments += ["-cert_chain", chain] }
        }
        if let protocols { arguments += ["-alpn", protocols] }
        process = try ChildProcess(
            arguments + options, directory: gateway.folder, input: .descriptor(ends[1]),
            output: .descriptor(ends[1]), error: .file(errors.path))
    }

    deinit { close() }

    package var received: [UInt8] { state.withLockedValue { $0.received } }
    package var isClosed: Bool { state.withLockedValue { $0.isClosed } }

    /// What s_client said of the handshake.
    package var complaints: String {
        String(decoding: (try? Data(contentsOf: errors)) ?? Data(), as: UTF8.self)
    }

    package func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    package func send(_ text: String) { send(Array(text.utf8)) }

    /// Reads until the condition holds on all that was received, the peer closes, or time is up.
    @discardableResult
    package func read(
        seconds: Double = 10, until isDone: ([UInt8]) -> Bool = { _ in false }
    ) -> [UInt8] {
        let deadline = Date().addingTimeInterval(seconds)
        while !isDone(received), !isClosed {
            let left = deadline.timeIntervalSinceNow
            guard left > 0 else { break }
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, Int32(min(left * 1000 + 1, 1000))) > 0 else { continue }
            var block = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &block, block.count, 0)
            state.withLockedValue { [block] state in
                if count <= 0 { state.isClosed = true } else { state.received += block[..<count] }
            }
        }
        return received
    }

    /// Waits until the other side ends the connection.
    package func waitForClose(seconds: Double = 10) -> Bool {
        read(seconds: seconds)
        return isClosed
    }

    /// Reads one HTTP/1.1 answer with a content length, or all there is.
    package func answer(seconds: Double = 10) -> String {
        let start = received.count
        read(seconds: seconds) { Self.isWhole($0.dropFirst(start)) }
        return String(decoding: received.dropFirst(start), as: UTF8.self)
    }

    /// Ends the connection from this side.
    package func close() {
        let isFirst = state.withLockedValue { state in
            defer { state.isClosedHere = true }
            return !state.isClosedHere
        }
        guard isFirst else { return }
        process.status(within: 0)
        Glibc.close(descriptor)
    }

    private static func isWhole(_ bytes: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        let head = text[..<end.lowerBound].lowercased()
        guard let mark = head.range(of: "content-length: ") else { return true }
        let length = Int(head[mark.upperBound...].prefix { $0.isNumber }) ?? 0
        return text[end.upperBound...].utf8.count >= length
    }
}
