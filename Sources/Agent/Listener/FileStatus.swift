// Which of these modules the C structure is seen through depends on what else the module imports.
internal import CDispatch
internal import CoreFoundation
internal import Glibc

/// What a file is (stat(2)).
struct FileStatus: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    let mode: UInt32
    let uid: UInt32
    let bytes: Int64
    let changedSeconds: Int
    let changedNanoseconds: Int

    /// The file at a path; nil where there is none.
    init?(path: String, followsLinks: Bool) {
        var found = stat()
        guard (followsLinks ? stat(path, &found) : lstat(path, &found)) == 0 else { return nil }
        self.init(found)
    }

    /// An open file.
    init?(descriptor: Int32) {
        var found = stat()
        guard fstat(descriptor, &found) == 0 else { return nil }
        self.init(found)
    }

    private init(_ found: stat) {
        device = UInt64(found.st_dev)
        inode = UInt64(found.st_ino)
        mode = UInt32(found.st_mode)
        uid = UInt32(found.st_uid)
        bytes = Int64(found.st_size)
        changedSeconds = found.st_ctim.tv_sec
        changedNanoseconds = found.st_ctim.tv_nsec
    }

    var isFolder: Bool { mode & 0o170000 == 0o040000 }
    var isSocket: Bool { mode & 0o170000 == 0o140000 }
    /// Whether others than the owner may change names in a folder that are not theirs: it lacks the sticky bit.
    var isOpenToOthers: Bool { mode & 0o022 != 0 && mode & 0o1000 == 0 }
}
