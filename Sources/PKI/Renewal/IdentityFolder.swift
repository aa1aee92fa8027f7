import Policy

/// A workload's identity on disk: `svid.pem`, `svid.key` and `bundle.pem`, which change at one moment.
///
/// The three names are links into `..data`, which is a link itself, to the folder of the newest files. Renaming that one link
/// changes all three, so nobody sees a key without its certificate, whenever the writer is killed. What was there before stays
/// for those who have its folder open, until the next change. (Kubernetes mounts secrets the same way.)
public struct IdentityFolder: Sendable {
    /// What is written, PEM.
    public struct Content: Sendable, Equatable {
        /// The leaf and the intermediates behind it.
        public var chain: String
        /// The private key.
        public var key: String
        /// The trust bundle.
        public var bundle: String

        /// Names the three texts.
        public init(chain: String, key: String, bundle: String) {
            self.chain = chain
            self.key = key
            self.bundle = bundle
        }
    }

    /// The folder.
    public let path: String
    private let files: any LinkingFiles

    /// Names a folder; nothing is read or written yet.
    public init(_ path: String) { self.init(path, files: PosixFiles()) }

    init(_ path: String, files: any LinkingFiles) {
        self.path = path
        self.files = files
    }

    private static let chainName = "svid.pem"
    private static let keyName = "svid.key"
    private static let bundleName = "bundle.pem"
    private static let names = [chainName, keyName, bundleName]
    private static let current = "..data"
    private static let prefix = "..svid-"

    /// Whether the files there are links that change at one moment.
    public var changesAtOnce: Bool {
        get throws(PKIError) { try files.linkTarget(place(Self.current)) != nil }
    }

    /// Replaces all three, or makes them; the key's mode is 0600.
    ///
    /// - Throws: `PKIError`; then the old or the new three are there.
    public func write(_ content: Content) throws(PKIError) {
        try files.createDirectories(path, mode: 0o755)
        try takeOverPlainFiles()
        let before = try files.linkTarget(place(Self.current))
        let next = try folder([
            (Self.chainName, Array(content.chain.utf8)), (Self.keyName, Array(content.key.utf8)),
            (Self.bundleName, Array(content.bundle.utf8)),
        ])
        // Where there is nothing yet they lead nowhere until all three are there.
        try linkNames()
        try use(next)
        try sweep(keeping: [next, before])
    }

    /// The certificate that is there, whether or not it has ended.
    ///
    /// - Throws: `PKIError.unusableFiles`, `.fileFailed`.
    public func held() throws(PKIError) -> HeldIdentity {
        let place = place(Self.chainName)
        return try HeldIdentity(
            pem: try files.read(place, max: PKILimits.bundleBytesMax), path: place)
    }

    private func place(_ name: String) -> String { FilePath.join(path, name) }

    /// Files that stand there themselves become links to the same content, so that they can change together.
    private func takeOverPlainFiles() throws(PKIError) {
        var isPlain = false
        var contents: [(String, [UInt8])] = []
        for name in Self.names where try files.status(place(name)) != nil {
            if try files.linkTarget(place(name)) == nil { isPlain = true }
            contents.append((name, try files.read(place(name), max: PKILimits.bundleBytesMax)))
        }
        guard isPlain else { return }
        try use(try folder(contents))
        try linkNames()
    }

    /// Makes a folder of new files.
    private func folder(_ contents: [(name: String, bytes: [UInt8])]) throws(PKIError) -> String {
        let name = Self.prefix + hexText((0..<8).map { _ in UInt8.random(in: 0...255) })
        try files.createDirectory(place(name), mode: 0o755)
        for (file, bytes) in contents {
            try files.create(
                FilePath.join(place(name), file), bytes,
                mode: file == Self.keyName ? 0o600 : 0o644)
        }
        try files.syncDirectory(place(name))
        return name
    }

    private func linkNames() throws(PKIError) {
        for name in Self.names {
            let target = FilePath.join(Self.current, name)
            if try files.linkTarget(place(name)) != target {
                try files.replaceLink(place(name), to: target)
            }
        }
    }

    /// The one step that changes what is seen.
    private func use(_ folder: String) throws(PKIError) {
        try files.replaceLink(place(Self.current), to: folder)
        try files.syncDirectory(path)
    }

    /// Removes the folders of earlier files, and of a writer that was killed.
    private func sweep(keeping kept: [String?]) throws(PKIError) {
        for name in try files.names(in: path)
        where name.hasPrefix(Self.prefix) && !kept.contains(name) {
            for file in try files.names(in: place(name)) {
                try files.remove(FilePath.join(place(name), file))
            }
            try files.removeDirectory(place(name))
        }
    }
}
