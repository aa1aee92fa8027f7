import Glibc

/// The real file system.
package struct PosixFileSystem: FileSystem {
    package static let noSpace = ENOSPC
    package static let inputOutput = EIO
    static let noAccess = EACCES
    static let noMemory = ENOMEM
    static let nothingThere = ENOENT
    /// Too few descriptors or too little memory, here or in the whole system.
    static let shortages = [EMFILE, ENFILE, ENOMEM, EINTR]

    package init() {}

    package func createFolder(_ path: String) throws(FileFault) -> [String] {
        if mkdir(path, 0o700) == 0 { return [path] }
        if errno == EEXIST { return [] }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw fault("create folder", path)
        }
        let above = try createFolder(String(path[..<slash]))
        if mkdir(path, 0o700) == 0 { return above + [path] }
        if errno != EEXIST { throw fault("create folder", path) }
        return above
    }

    package func list(_ folder: String) throws(FileFault) -> [String]? {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return nil }
            throw fault("list", folder)
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        if errno != 0 { throw fault("list", folder) }
        return names.sorted()
    }

    package func open(_ path: String, _ mode: OpenMode) throws(FileFault) -> OpenFile {
        let flags =
            switch mode {
            case .read: O_RDONLY
            case .update: O_RDWR
            case .create: O_RDWR | O_CREAT | O_EXCL
            }
        let descriptor = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 { throw fault("open", path) }
        return OpenFile(descriptor: descriptor, path: path)
    }

    package func close(_ file: OpenFile) {
        // A child that is just being started has a copy of the descriptor until it executes; the lock must not wait for it.
        _ = flock(file.descriptor, LOCK_UN)
        _ = Glibc.close(file.descriptor)
    }

    package func write(
        _ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int64
    ) throws(FileFault) -> Int {
        while true {
            let count = pwrite(file.descriptor, bytes.baseAddress, bytes.count, Int(offset))
            if count >= 0 { return count }
            if errno != EINTR { throw fault("write", file.path) }
        }
    }

    package func read(
        _ file: OpenFile, at offset: Int64, into bytes: UnsafeMutableRawBufferPointer
    ) throws(FileFault) -> Int {
        while true {
            let count = pread(file.descriptor, bytes.baseAddress, bytes.count, Int(offset))
            if count >= 0 { return count }
            if errno != EINTR { throw fault("read", file.path) }
        }
    }

    package func sync(_ file: OpenFile) throws(FileFault) {
        if fdatasync(file.descriptor) != 0 { throw fault("sync", file.path) }
    }

    package func syncFolder(_ path: String) throws(FileFault) {
        let folder = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder < 0 { throw fault("open folder", path) }
        defer { _ = Glibc.close(folder) }
        if fsync(folder) != 0 { throw fault("sync folder", path) }
    }

    package func facts(_ path: String) throws(FileFault) -> FileFacts? {
        var status = stat()
        if lstat(path, &status) == 0 { return FileFacts(status) }
        if errno == ENOENT { return nil }
        throw fault("look at", path)
    }

    package func facts(of file: OpenFile) throws(FileFault) -> FileFacts {
        var status = stat()
        if fstat(file.descriptor, &status) != 0 { throw fault("look at", file.path) }
        return FileFacts(status)
    }

    /// Whether nobody can write below a path, whatever the modes say.
    package static func isReadOnly(_ path: String) -> Bool {
        var status = statvfs()
        return statvfs(path, &status) == 0 && UInt(status.f_flag) & UInt(ST_RDONLY) != 0
    }

    package func size(_ file: OpenFile) throws(FileFault) -> Int64 {
        var status = stat()
        if fstat(file.descriptor, &status) != 0 { throw fault("stat", file.path) }
        return Int64(status.st_size)
    }

    package func truncate(_ file: OpenFile, to size: Int64) throws(FileFault) {
        if ftruncate(file.descriptor, Int(size)) != 0 { throw fault("truncate", file.path) }
    }

    package func rename(_ path: String, to other: String) throws(FileFault) {
        if Glibc.rename(path, other) != 0 { throw fault("rename", path) }
    }

    package func remove(_ path: String) throws(FileFault) {
        if Glibc.remove(path) != 0 { throw fault("remove", path) }
    }

    package func lock(_ path: String) throws(FileFault) -> OpenFile? {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 { throw fault("open", path) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
            return OpenFile(descriptor: descriptor, path: path)
        }
        let failure = fault("lock", path)
        _ = Glibc.close(descriptor)
        if failure.errno == EWOULDBLOCK { return nil }
        throw failure
    }

    package func freeBytes(_ path: String) throws(FileFault) -> Int64 {
        var status = statvfs()
        if statvfs(path, &status) != 0 { throw fault("stat", path) }
        let (bytes, overflow) = Int64(status.f_bavail).multipliedReportingOverflow(
            by: Int64(status.f_frsize))
        return overflow ? .max : bytes
    }

    private func fault(_ operation: String, _ path: String) -> FileFault {
        FileFault(operation: operation, path: path, errno: errno)
    }
}

extension FileFacts {
    fileprivate init(_ status: stat) {
        self.init(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino),
            size: Int64(status.st_size), modified: FileFacts.nanoseconds(status.st_mtim),
            kind: FileFacts.kind(status.st_mode))
        changed = FileFacts.nanoseconds(status.st_ctim)
        owner = status.st_uid
        group = status.st_gid
        mode = status.st_mode & 0o7777
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    private static func kind(_ mode: mode_t) -> Kind {
        switch mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        case S_IFLNK: .link
        default: .other
        }
    }
}
