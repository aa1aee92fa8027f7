internal import Audit
internal import Foundation
internal import PKI
internal import StrictJSON

/// Where the keys that sign the log's checkpoints are kept: one file of mode 0600 beside the authorities' keys, replaced as a whole,
/// and sealed where they are.
struct LogKeyFile: Sendable {
    let path: String
    private let seal: KeySeal?
    private let purpose: String
    private let files: any DurableFiles = PosixFiles()

    init(_ configuration: TrustDomainConfiguration) {
        (path, purpose) = Self.secret(in: configuration)
        seal = configuration.custody.seal
    }

    /// The file of the keys, and what it is sealed for.
    static func secret(
        in configuration: TrustDomainConfiguration
    ) -> (path: String, purpose: String) {
        (configuration.directory + "/log-keys.json", "log keys \(configuration.trustDomain)")
    }

    /// Reads the keys; nil where there is no file.
    ///
    /// - Throws: `PKIError.unusableFiles` where others can read it, or it holds anything else.
    func load() throws(PKIError) -> LogKeys? {
        guard let status = try files.status(path) else { return nil }
        guard !status.isDirectory, status.mode & 0o077 == 0 else {
            throw .unusableFiles(
                "\(path) is a folder or can be read by others (mode 0\(String(status.mode & 0o777, radix: 8))):"
                    + " run chmod 600 \(path), and if others had access, change the log's key")
        }
        let bytes = try KeySeal.contents(
            try files.read(path, max: CheckpointLimits.keysBytesMax), at: path, purpose: purpose,
            by: seal)
        guard let keys = LogKeys(encoded: bytes) else {
            throw .unusableFiles("\(path) is no file of log keys: restore it from a backup")
        }
        return keys
    }

    /// Puts keys in place; after a crash the old ones or the new ones are there, whole.
    func store(_ keys: LogKeys) throws(PKIError) {
        var bytes = keys.encoded
        if let seal { bytes = try seal.seal(bytes, purpose: purpose) }
        try files.replace(path, bytes, mode: 0o600)
    }
}

/// The keys of a log, the one that it began with first; each signs.
struct LogKeys: Sendable {
    let keys: [LogKey]

    /// The first key of a trust domain's log.
    static func first(in trustDomain: String) throws(PKIError) -> LogKeys {
        try made(for: trustDomain + "/audit")
    }

    /// The name, under which all of them sign.
    var origin: String { keys.first?.verifier.name ?? "" }

    /// Those of the log that goes on where this one lost records that it had signed: it has another name, since no checkpoint of the one
    /// is ever consistent with those of the other.
    func afterLoss() throws(PKIError) -> LogKeys {
        var parts = origin.split(separator: "/").map(String.init)
        let number = parts.count > 2 ? parts.last.flatMap { Int($0) } : nil
        if number != nil { parts.removeLast() }
        return try Self.made(for: parts.joined(separator: "/") + "/\((number ?? 1) + 1)")
    }

    private static func made(for name: String) throws(PKIError) -> LogKeys {
        guard let key = LogKey(newFor: name) else {
            throw .unusableFiles("no log can be called \(name)")
        }
        return LogKeys(keys: [key])
    }
}

extension LogKeys {
    private static let version: Int64 = 1

    /// What the file holds.
    init?(encoded: [UInt8]) {
        guard let value = try? StrictJSON.parse(encoded),
            value["version"]?.integer == Self.version, let name = value["log"]?.string,
            case .array(let seeds)? = value["keys"], !seeds.isEmpty
        else { return nil }
        let keys = seeds.compactMap { seed in
            seed.string.flatMap { Data(base64Encoded: $0) }
                .flatMap { LogKey(name: name, seed: Array($0)) }
        }
        guard keys.count == seeds.count else { return nil }
        self.init(keys: keys)
    }

    var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"version\":")
        writer.integer(Self.version)
        writer.raw(",\"log\":")
        writer.string(origin)
        writer.raw(",\"keys\":")
        writer.strings(keys.map { Data($0.seed).base64EncodedString() })
        writer.raw("}\n")
        return writer.bytes
    }

    /// What the log says of them: their public halves.
    var detail: [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"log\":")
        writer.string(origin)
        writer.raw(",\"keys\":")
        writer.strings(keys.map(\.verifier.text))
        writer.raw("}")
        return writer.bytes
    }
}
