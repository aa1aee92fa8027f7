import Foundation
import Support

/// What somebody has open: a connection of each kind, on each of which their credential was taken.
///
/// The streams are those of ``WatchQuietly``.
struct OpenConnections: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case http1, http2, stream1, stream2

        fileprivate var isHTTP2: Bool { self == .http2 || self == .stream2 }
        fileprivate var path: String {
            self == .http1 || self == .http2 ? InProcessGateway.status : WatchQuietly.path
        }
    }

    private let pipes: [(kind: Kind, pipe: TLSPipe)]

    /// Opens one of each kind and asks for something by a header field, without a certificate unless one is named.
    ///
    /// - Throws: ``TestFault`` where one is not answered 200.
    static func open(
        by field: String, at address: String, of gateway: InProcessGateway,
        as identity: IdentityFiles? = nil, _ kinds: [Kind] = Kind.allCases
    ) async throws -> OpenConnections {
        try await Shell.aside {
            // All at once: what takes time is the handshakes.
            let pipes = try kinds.map { kind in
                (
                    kind,
                    try TLSPipe(
                        gateway, as: identity, protocols: kind.isHTTP2 ? "h2" : nil, at: address)
                )
            }
            for (kind, pipe) in pipes { pipe.send(Self.request(kind, field)) }
            for (kind, pipe) in pipes {
                pipe.read { Self.isAnswered($0, kind) }
                guard Self.isAnswered(pipe.received, kind) else {
                    let text = String(decoding: pipe.received.prefix(600), as: UTF8.self)
                    throw TestFault(description: "\(kind.rawValue): \(text)\(pipe.complaints)")
                }
            }
            return OpenConnections(pipes: pipes)
        }
    }

    /// The kinds that are still open after a time, or as soon as none is.
    func left(after seconds: Double) async throws -> [Kind] {
        try await Shell.aside {
            let deadline = Date().addingTimeInterval(seconds)
            return pipes.filter { _, pipe in
                !pipe.waitForClose(seconds: max(0.001, deadline.timeIntervalSinceNow))
            }.map(\.kind)
        }
    }

    func close() {
        for (_, pipe) in pipes { pipe.close() }
    }

    fileprivate static func request(_ kind: Kind, _ field: String) -> [UInt8] {
        guard kind.isHTTP2 else {
            return Array("GET \(kind.path) HTTP/1.1\r\nhost: localhost\r\n\(field)\r\n\r\n".utf8)
        }
        let parts = field.split(separator: ":", maxSplits: 1).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        return HTTP2Frames.preface
            + HTTP2Frames.request(kind.path, more: [(parts[0], parts.last ?? "")])
    }

    private static func isAnswered(_ bytes: [UInt8], _ kind: Kind) -> Bool {
        let word = kind == .stream1 || kind == .stream2 ? "data: 1\n" : "\"trustDomain\""
        guard kind.isHTTP2 else {
            let text = String(decoding: bytes, as: UTF8.self)
            return text.hasPrefix("HTTP/1.1 200") && text.contains(word)
        }
        let data = HTTP2Frames.parse(bytes).filter { $0.type == 0 }.flatMap(\.payload)
        return String(decoding: data, as: UTF8.self).contains(word)
    }
}

/// Somebody whom all that happens to others must not touch: they ask without a pause, and have streams open.
struct Bystander: Sendable {
    let gateway: InProcessGateway
    /// What they are known by.
    let field: String

    /// Runs the body beside their requests, each of which must be answered 200.
    func during(_ body: @escaping @Sendable () async throws -> Void) async throws {
        // Streams only: what is idle ends by itself after a while.
        let kinds = [OpenConnections.Kind.stream1, .stream2]
        let open = try await OpenConnections.open(
            by: field, at: gateway.peopleAddress, of: gateway, kinds)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.ask() }
            try await body()
            group.cancelAll()
        }
        let left = try await open.left(after: 0.01)
        guard left == kinds else {
            throw TestFault(description: "of a bystander's streams there are left: \(left)")
        }
        open.close()
    }

    private func ask() async throws {
        let pipe = try await Shell.aside {
            try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
        }
        defer { pipe.close() }
        while !Task.isCancelled {
            let answer = try await Shell.aside {
                pipe.send(OpenConnections.request(.http1, field))
                return pipe.answer()
            }
            guard answer.hasPrefix("HTTP/1.1 200") else {
                throw TestFault(description: "a bystander is answered \(answer.prefix(100))")
            }
        }
    }
}
