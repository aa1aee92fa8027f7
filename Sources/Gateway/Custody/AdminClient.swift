internal import Foundation
internal import Glibc
internal import PKI
internal import StrictJSON
internal import Text

/// Asks the gateway that runs on this machine, over its admin socket.
struct AdminClient {
    let place: AdminSocketPath

    /// Has an operator's certificate issued.
    ///
    /// - Returns: The chain and the bundle in PEM; nil where no gateway listens.
    /// - Throws: What the gateway says, or why it can't be asked.
    func issue(csr: String) async throws -> (chain: String, bundle: String)? {
        guard let answer = try await ask([("csr", .string(csr))]) else { return nil }
        guard let chain = answer["chain"]?.string, let bundle = answer["bundle"]?.string else {
            throw silence
        }
        return (chain, bundle)
    }

    /// What is said where an answer is none.
    var silence: AdminFault {
        AdminFault(
            description: "the gateway does not answer on \(place.path): its log says why, and"
                + " only root and the gateway's own user may ask")
    }

    /// Asks for something.
    ///
    /// - Returns: The answer; nil where no gateway listens.
    /// - Throws: What the gateway says, or why it can't be asked.
    func ask(_ members: [(name: String, value: JSONValue)]) async throws -> JSONValue? {
        var writer = JSONWriter(capacity: 2048)
        writer.value(.object(members.map { JSONMember(name: $0.name, value: $0.value) }))
        writer.raw("\n")
        let request = writer.bytes
        let bytes: [UInt8]? = try await place.withShortPath { path in
            // It waits, so on a thread of its own.
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<[UInt8]?, any Error>) in
                Thread.detachNewThread {
                    continuation.resume(with: Result { try exchange(request, at: path) })
                }
            }
        }
        guard let bytes else { return nil }
        guard let answer = try? StrictJSON.parse(bytes) else { throw silence }
        if let fault = answer["error"]?.string {
            throw AdminFault(description: Quotation.escaped(fault))
        }
        return answer
    }

    private func exchange(_ request: [UInt8], at path: String) throws -> [UInt8]? {
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw fault("ask") }
        defer { close(descriptor) }
        guard try connect(descriptor, to: path) else { return nil }
        var time = timeval(tv_sec: CustodyLimits.adminWaitSeconds, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes {
                send(
                    descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return [] }
            sent += count
        }
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while answer.count <= CustodyLimits.adminAnswerBytesMax {
            let count = recv(descriptor, &part, part.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            answer += part.prefix(count)
        }
        return answer.last == 10 ? Array(answer.dropLast()) : answer
    }

    /// False where nobody listens.
    private func connect(_ descriptor: Int32, to path: String) throws -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: bytes.prefix(place.count - 1))
        }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result == 0 { return true }
        guard errno == ENOENT || errno == ECONNREFUSED else { throw fault("ask") }
        return false
    }

    private func fault(_ operation: String) -> PKIError {
        .fileFailed(path: place.path, operation: operation, errno: errno)
    }
}

/// What the gateway says over the admin socket.
struct AdminFault: Error, CustomStringConvertible {
    let description: String
}
