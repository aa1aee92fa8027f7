/// What a file is, as far as keys are concerned.
package struct FileStatus: Sendable, Equatable {
    /// Whether it is a folder.
    package var isDirectory: Bool
    /// The permission bits.
    package var mode: UInt32

    /// Makes a status.
    package init(isDirectory: Bool, mode: UInt32) {
        self.isDirectory = isDirectory
        self.mode = mode
    }
}

/// The few file operations that keeping keys needs; tests replace it to make each of them fail.
package protocol DurableFiles: Sendable {
    /// Nil when there is nothing at the path.
    func status(_ path: String) throws(PKIError) -> FileStatus?
    /// The names in a folder.
    func names(in directory: String) throws(PKIError) -> [String]
    /// Reads at most `max` bytes; a longer file is an error.
    func read(_ path: String, max: Int) throws(PKIError) -> [UInt8]
    /// Creates a new file, writes and syncs it; an existing one is an error.
    func create(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(PKIError)
    /// Creates a folder; an existing one is an error.
    func createDirectory(_ path: String, mode: UInt32) throws(PKIError)
    /// Renames, replacing what is there.
    func rename(_ from: String, to: String) throws(PKIError)
    /// Syncs a folder's entries.
    func syncDirectory(_ path: String) throws(PKIError)
    /// Removes a file.
    func remove(_ path: String) throws(PKIError)
    /// Removes an empty folder.
    func removeDirectory(_ path: String) throws(PKIError)
}

/// The same with links, by which several files change at one moment.
package protocol LinkingFiles: DurableFiles {
    /// Makes a symbolic link; an existing path is an error.
    func createLink(_ path: String, to target: String) throws(PKIError)
    /// Where a symbolic link leads; nil for all that is none.
    func linkTarget(_ path: String) throws(PKIError) -> String?
}

extension LinkingFiles {
    /// Makes a link, or has the one that is there lead elsewhere, also over a file; at one moment.
    func replaceLink(_ path: String, to target: String) throws(PKIError) {
        let draft = path + ".new"
        if try linkTarget(draft) != nil { try remove(draft) }
        try createLink(draft, to: target)
        try rename(draft, to: path)
    }
}

extension DurableFiles {
    /// Replaces a file so that after a crash the old or the new one is there, whole.
    package func replace(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(PKIError) {
        let draft = path + ".new"
        if try status(draft) != nil { try remove(draft) }
        try create(draft, bytes, mode: mode)
        try rename(draft, to: path)
        try syncDirectory(FilePath.parent(of: path))
    }

    /// Creates the folders of a path that are missing.
    package func createDirectories(_ path: String, mode: UInt32) throws(PKIError) {
        if let status = try status(path) {
            guard status.isDirectory else {
                throw .unusableFiles("\(path) is not a folder")
            }
            return
        }
        let parent = FilePath.parent(of: path)
        if parent != path { try createDirectories(parent, mode: 0o755) }
        try createDirectory(path, mode: mode)
        try syncDirectory(parent)
    }
}

/// Path arithmetic on plain strings.
enum FilePath {
    static func parent(of path: String) -> String {
        let trimmed = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    static func join(_ directory: String, _ name: String) -> String {
        directory.hasSuffix("/") ? directory + name : directory + "/" + name
    }
}
