internal import Glibc
internal import PKI

/// Where the gateway answers whoever is on its machine.
struct AdminSocketPath {
    /// The path in the data folder.
    let path: String
    private let folder: String

    private static let name = "admin.sock"

    init(_ configuration: GatewayConfiguration) {
        folder = configuration.dataDirectory
        path = folder + "/" + Self.name
    }

    /// Lends a path of the same socket that is short enough for an address, whatever the folder is called (`sun_path` has 108 bytes).
    func withShortPath<R>(_ body: (String) async throws -> R) async throws -> R {
        guard path.utf8.count > CustodyLimits.socketPathBytesMax else {
            return try await body(path)
        }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw PKIError.fileFailed(path: folder, operation: "open", errno: errno)
        }
        defer { close(descriptor) }
        return try await body("/proc/self/fd/\(descriptor)/" + Self.name)
    }
}
