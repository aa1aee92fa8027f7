import Foundation
import PKI
import StrictJSON

/// The session that `maxine login` leaves to other commands, in a file for its user alone.
struct SavedSession {
    /// The gateway that it is of: it is sent to no other.
    let address: String
    let secret: String

    private static let bytesMax = 4096

    /// Where it lies: MAXINE_SESSION, else in the home folder.
    static var path: String {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["MAXINE_SESSION"], !path.isEmpty { return path }
        return (environment["HOME"] ?? ".") + "/.maxine/session"
    }

    /// The one that is there; nil where there is none that can be read.
    static func read() -> SavedSession? {
        guard let bytes = try? PosixFiles().read(path, max: bytesMax),
            let value = try? StrictJSON.parse(bytes), let address = value["address"]?.string,
            let secret = value["session"]?.string
        else { return nil }
        return SavedSession(address: address, secret: secret)
    }

    /// Writes it, mode 0600.
    ///
    /// - Throws: ``Failure`` where it can't be kept; the session is open all the same, until it is not used.
    func save() throws {
        var writer = JSONWriter()
        writer.raw("{\"address\":")
        writer.string(address)
        writer.raw(",\"session\":")
        writer.string(secret)
        writer.raw("}\n")
        let files = PosixFiles()
        do {
            let folder = URL(filePath: Self.path).deletingLastPathComponent().path
            try files.createDirectories(folder, mode: 0o700)
            try files.replace(Self.path, writer.bytes, mode: 0o600)
        } catch {
            throw Failure(.failed, "maxine: can't keep the session: \(error)")
        }
    }

    /// Takes it away.
    static func remove() { try? PosixFiles().remove(path) }
}
