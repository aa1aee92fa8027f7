/// Where a secret of the gateway's own is read from; never the configuration itself.
public enum SecretSource: Sendable, Equatable {
    /// A file that nobody else can read.
    case file(String)
    /// An environment variable.
    case environment(String)
    /// A credential of systemd (systemd.exec(5), LoadCredential), by its name.
    case credential(String)

    /// Reads `file:PATH`, `env:NAME` or `credential:NAME`.
    public init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let rest = String(text[text.index(after: colon)...])
        guard (1...4096).contains(rest.utf8.count), !rest.utf8.contains(0) else { return nil }
        switch text[..<colon] {
        case "file": self = .file(rest)
        case "env" where Self.isName(rest) && !rest.hasPrefix("MAXINE_"): self = .environment(rest)
        case "credential" where Self.isName(rest): self = .credential(rest)
        default: return nil
        }
    }

    /// The form of a source, for messages.
    public static let form =
        "file:PATH, env:NAME (not one that begins with MAXINE_) or credential:NAME"

    /// Letters, digits, `_`, and not at the beginning `-` and `.`; so no name is a path.
    private static func isName(_ text: String) -> Bool {
        let isLetter = { (byte: UInt8) in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x5F
        }
        return text.utf8.count <= 255 && (text.utf8.first.map(isLetter) ?? false)
            && text.utf8.allSatisfy { isLetter($0) || $0 == 0x2D || $0 == 0x2E }
    }

    /// Reads the secret; of a text the line's end is left out.
    ///
    /// - Parameters:
    ///   - key: The configuration's name of it, for errors.
    ///   - environment: All variables.
    ///   - files: Where files and credentials are read.
    /// - Returns: The secret.
    /// - Throws: `PKIError.unusableFiles` where it is missing, empty or open to others; `.fileFailed`.
    package func read(
        as key: String, environment: [String: String], files: any DurableFiles = PosixFiles()
    ) throws(PKIError) -> [UInt8] {
        switch self {
        case .file(let path):
            return try Self.secret(in: path, as: key, isOwn: true, files)
        case .environment(let name):
            guard let text = environment[name], !text.isEmpty else {
                throw .unusableFiles("\(key): the environment variable \(name) is not set")
            }
            return Self.trimmed(Array(text.utf8))
        case .credential(let name):
            guard let folder = environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else {
                throw .unusableFiles(
                    "\(key): CREDENTIALS_DIRECTORY is not set: have systemd pass the credential \(name)"
                        + " (LoadCredential= or LoadCredentialEncrypted=)")
            }
            return try Self.secret(
                in: FilePath.join(folder, name), as: key, isOwn: false, files)
        }
    }

    private static func secret(
        in path: String, as key: String, isOwn: Bool, _ files: any DurableFiles
    ) throws(PKIError) -> [UInt8] {
        guard let status = try files.status(path) else {
            throw .unusableFiles("\(key): \(path) is missing")
        }
        guard !status.isDirectory else {
            throw .unusableFiles("\(key): \(path) is a folder, not a file")
        }
        // systemd sees to the modes of its own.
        guard !isOwn || status.mode & 0o077 == 0 else {
            throw .unusableFiles(
                "\(key): \(path) can be read by others (mode 0\(String(status.mode & 0o777, radix: 8))):"
                    + " run chmod 600 \(path), and treat what it holds as known if others had access"
            )
        }
        let bytes = trimmed(try files.read(path, max: PKILimits.secretBytesMax))
        guard !bytes.isEmpty else { throw .unusableFiles("\(key): \(path) is empty") }
        return bytes
    }

    /// Without the end of the line, where all of it is text.
    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        let end = bytes.lastIndex { $0 != 0x0A && $0 != 0x0D }.map { $0 + 1 } ?? 0
        let text = bytes[..<end]
        return text.allSatisfy { (0x20...0x7E).contains($0) } ? Array(text) : bytes
    }
}

extension SecretSource: CustomStringConvertible {
    /// As it is written in the configuration; the secret is not in it.
    public var description: String {
        switch self {
        case .file(let path): "file:\(path)"
        case .environment(let name): "env:\(name)"
        case .credential(let name): "credential:\(name)"
        }
    }
}
