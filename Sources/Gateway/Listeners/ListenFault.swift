internal import Glibc
internal import NIOCore
internal import Text
internal import Wire

/// Why a listener's address can't be taken: the key, the address and what to do.
struct ListenFault: Error, CustomStringConvertible {
    let key: String
    let address: ListenAddress
    let errno: Int32

    var description: String { "\(key): \(address): \(reason)" }

    private var reason: String {
        switch errno {
        case EADDRINUSE:
            "another process listens there already; stop it, or set \(key) to another port"
        case EACCES:
            "no permission for this port; set \(key) to one above 1023, or grant CAP_NET_BIND_SERVICE"
        case EADDRNOTAVAIL: "this machine has no such address; set \(key) to one that it has"
        default: errnoText(errno)
        }
    }
}

extension Listener {
    /// Starts to listen where the configuration's key says.
    ///
    /// - Throws: ``ListenFault`` where the address can't be taken.
    static func start(
        _ settings: ListenerSettings, at key: String, on group: any EventLoopGroup
    ) async throws -> Listener {
        do {
            return try await start(settings, on: group)
        } catch let error as IOError {
            throw ListenFault(
                key: key, address: ListenAddress(host: settings.host, port: settings.port),
                errno: error.errnoCode)
        }
    }
}
