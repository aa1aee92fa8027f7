internal import Glibc
internal import NIOCore

/// Who opened a connection, as the kernel says (unix(7), SO_PEERCRED).
///
/// The kernel noted it when the peer connected; the peer can't change it afterwards.
struct PeerCredentials: Equatable, Sendable {
    let pid: Int32
    let uid: UInt32
    let gid: UInt32
}

/// The layout of `struct ucred`.
private struct UCred {
    var pid: Int32 = 0
    var uid: UInt32 = 0
    var gid: UInt32 = 0
}

extension PeerCredentials {
    /// Asks the kernel about an accepted connection.
    static func read(of channel: any Channel) -> EventLoopFuture<PeerCredentials> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(AgentError.socket("not a socket"))
        }
        let asked: EventLoopFuture<UCred> = provider.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: SO_PEERCRED))
        return asked.flatMapThrowing { found in
            guard found.pid > 0 else { throw AgentError.socket("the peer has no process") }
            return PeerCredentials(pid: found.pid, uid: found.uid, gid: found.gid)
        }
    }

    /// A file descriptor of the peer's process, which stays that process's for good.
    ///
    /// Linux 6.5 and later; nil on older kernels, where the start time alone tells.
    static func processDescriptor(of channel: any Channel) -> EventLoopFuture<Int32?> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(nil)
        }
        let asked: EventLoopFuture<Int32> = provider.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: peerPIDDescriptor))
        return asked.map { $0 >= 0 ? $0 : nil }.recover { _ in nil }
    }

    /// SO_PEERPIDFD, which Glibc's overlay does not name.
    private static let peerPIDDescriptor: CInt = 77
}
