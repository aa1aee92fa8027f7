import Glibc

/// Reads policy files; the only part of this module that touches the file system.
enum PolicyFolder {
    /// The file at a path, or all `*.yaml` directly in the folder at it, sorted by name.
    static func sources(path: String) throws(PolicyErrors) -> [PolicySource] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw unreadable(path, reason()) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [try source(path)] }
        let names = try entries(of: path)
        let files = names.filter { $0.endsExactly(with: ".yaml") }
        if let other = names.first(where: \.seemsYAML) {
            throw unreadable("\(path)/\(other)", "policy files end in .yaml; rename it")
        }
        guard !files.isEmpty else { throw unreadable(path, "there is no *.yaml in the folder") }
        guard files.count <= PolicyLimits.filesMax else {
            throw unreadable(
                path, "\(files.count) files, at most \(PolicyLimits.filesMax) are allowed")
        }
        var sources: [PolicySource] = []
        for file in files { sources.append(try source("\(path)/\(file)")) }
        return sources
    }

    /// The names in a folder, without hidden ones.
    private static func entries(of path: String) throws(PolicyErrors) -> [String] {
        guard let folder = opendir(path) else { throw unreadable(path, reason()) }
        defer { closedir(folder) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.utf8.first != UInt8(ascii: ".") { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw unreadable(path, reason()) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func source(_ path: String) throws(PolicyErrors) -> PolicySource {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(path, reason()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path, reason()) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw unreadable(path, "it is not a regular file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        // One byte over the limit is enough to have it refused.
        while bytes.count <= PolicyLimits.fileBytesMax {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, reason()) }
            if count == 0 { break }
            bytes.append(contentsOf: chunk.prefix(count))
        }
        return PolicySource(name: path, bytes: bytes)
    }

    private static func reason() -> String {
        String(cString: strerror(errno)).lowercased()
    }

    private static func unreadable(_ path: String, _ reason: String) -> PolicyErrors {
        PolicyErrors(errors: [
            PolicyError(
                code: .unreadable, file: path, line: 1, column: 1,
                message: "the policy can't be read: \(reason)", hint: nil)
        ])
    }
}

extension String {
    /// Whether it is the name of a YAML file for people, but not for us.
    fileprivate var seemsYAML: Bool {
        let ending = lowercased()
        return (ending.endsExactly(with: ".yml") || ending.endsExactly(with: ".yaml"))
            && !endsExactly(with: ".yaml")
    }

    /// Whether the last code units are those, whatever character they are part of.
    fileprivate func endsExactly(with ending: String) -> Bool {
        utf8.suffix(ending.utf8.count).elementsEqual(ending.utf8)
    }
}
