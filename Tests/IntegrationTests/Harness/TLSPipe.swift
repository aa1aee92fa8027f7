import Foundation
import Glibc

/// A TLS connection that carries any bytes: `openssl s_client` behind a socket pair.
final class TLSPipe {
    private let process = Process()
    private let descriptor: Int32
    private let errors: URL
    private(set) var received: [UInt8] = []
    private(set) var isClosed = false

    /// Connects; an identity is a pair of files in the gateway's folder, nil sends no certificate.
    init(
        _ gateway: GatewayProcess, as identity: CertificateFiles? = .operator,
        protocols: String? = nil, options: [String] = []
    ) throws {
        var ends: [Int32] = [-1, -1]
        guard
            socketpair(
                AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0
        else { throw GatewayProcess.NotStarted(description: "no socket pair") }
        descriptor = ends[0]
        let other = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
        errors = gateway.folder.appending(path: "s_client-\(UUID().uuidString)")
        try Data().write(to: errors)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.currentDirectoryURL = gateway.folder
        process.environment = Shell.cleanEnvironment
        var arguments = [
            "openssl", "s_client", "-quiet", "-nocommands", "-connect",
            String(gateway.serviceAddress.dropFirst("https://".count)), "-CAfile",
            "certs/bundle.pem",
        ]
        if let identity {
            arguments += ["-cert", identity.certificate, "-key", identity.key]
            if let chain = identity.chain { arguments += ["-cert_chain", chain] }
        }
        if let protocols { arguments += ["-alpn", protocols] }
        process.arguments = arguments + options
        process.standardInput = other
        process.standardOutput = other
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.runWithOpenSignals()
        try other.close()
    }

    deinit { close() }

    /// What s_client said of the handshake.
    var complaints: String {
        String(decoding: (try? Data(contentsOf: errors)) ?? Data(), as: UTF8.self)
    }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Reads until the condition holds on all that was received, the peer closes, or time is up.
    @discardableResult
    func read(
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
            if count <= 0 { isClosed = true } else { received += block[..<count] }
        }
        return received
    }

    /// Waits until the other side ends the connection.
    func waitForClose(seconds: Double = 10) -> Bool {
        read(seconds: seconds)
        return isClosed
    }

    /// Reads one HTTP/1.1 answer with a content length, or all there is.
    func answer(seconds: Double = 10) -> String {
        let start = received.count
        read(seconds: seconds) { Self.isWhole($0.dropFirst(start)) }
        return String(decoding: received.dropFirst(start), as: UTF8.self)
    }

    /// Ends the connection from this side.
    func close() {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            Glibc.close(descriptor)
        } else if !isClosedHere {
            Glibc.close(descriptor)
        }
        isClosedHere = true
    }

    private var isClosedHere = false

    private static func isWhole(_ bytes: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        let head = text[..<end.lowerBound].lowercased()
        guard let mark = head.range(of: "content-length: ") else { return true }
        let length = Int(head[mark.upperBound...].prefix { $0.isNumber }) ?? 0
        return text[end.upperBound...].utf8.count >= length
    }
}

extension CertificateFiles {
    static let `operator` = CertificateFiles(
        certificate: "certs/operator.pem", key: "certs/operator.key")
}
