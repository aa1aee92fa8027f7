internal import Glibc
internal import NIOCore

/// The user that opened a connection over a UNIX socket, as the kernel noted it then (unix(7), SO_PEERCRED).
struct PeerUser: Equatable, Sendable {
    let id: UInt32

    /// Whether whoever it is may do as the gateway does: root, or the gateway's own user.
    func mayAct(as gateway: UInt32) -> Bool { id == 0 || id == gateway }

    /// The layout of `struct ucred`.
    private struct Credentials {
        var process: Int32 = 0
        var user = UInt32.max
        var group = UInt32.max
    }

    /// Asks the kernel; nil where it does not say.
    static func of(_ channel: any Channel) async -> PeerUser? {
        guard let provider = channel as? any SocketOptionProvider else { return nil }
        let asked: EventLoopFuture<Credentials> = provider.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: SO_PEERCRED))
        // A process's number of 0 means that nothing was filled in.
        return try? await asked.map { $0.process > 0 ? PeerUser(id: $0.user) : nil }.get()
    }
}
