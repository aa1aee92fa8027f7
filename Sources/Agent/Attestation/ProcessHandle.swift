internal import Glibc

/// One process that stays the same even if its number is given to another.
///
/// It is held by a descriptor of its `/proc` folder and its start time, and where the kernel gives one by a descriptor of
/// the process itself. All three are taken when the connection is accepted; `isAlive` says whether they still hold.
final class ProcessHandle: Sendable {
    let pid: Int32
    private let folder: Int32
    private let processDescriptor: Int32?
    private let startTime: UInt64

    /// Takes hold of a process, and takes over the process descriptor; nil when it is gone already.
    init?(pid: Int32, processDescriptor: Int32?) {
        let folder = Glibc.open("/proc/\(pid)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else {
            if let processDescriptor { close(processDescriptor) }
            return nil
        }
        self.pid = pid
        self.folder = folder
        self.processDescriptor = processDescriptor
        guard let start = Self.startTime(in: folder), Self.isRunning(processDescriptor) else {
            close(folder)
            if let processDescriptor { close(processDescriptor) }
            return nil
        }
        startTime = start
    }

    deinit {
        close(folder)
        if let processDescriptor { close(processDescriptor) }
    }

    /// Whether the process that connected still runs, and its number is still its own.
    ///
    /// Ask it after facts were read: only then are they that process's.
    var isAlive: Bool {
        Self.isRunning(processDescriptor) && Self.startTime(in: folder) == startTime
    }

    /// A file of the process's folder, cut at a limit; nil when it can't be read.
    func read(_ name: String) -> [UInt8]? { ProcFile.read(name, in: folder) }

    /// Opens a file of the process's folder.
    func open(_ name: String) -> Int32? {
        let file = openat(folder, name, O_RDONLY | O_CLOEXEC)
        return file >= 0 ? file : nil
    }

    /// Where a link of the process's folder points; nil when it can't be read.
    func link(_ name: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = bytes.withUnsafeMutableBytes { room in
            room.withMemoryRebound(to: CChar.self) { room in
                room.baseAddress.map { readlinkat(folder, name, $0, room.count) } ?? -1
            }
        }
        guard count > 0, count < bytes.count else { return nil }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// A process descriptor becomes readable when its process ends (pidfd_open(2)).
    private static func isRunning(_ descriptor: Int32?) -> Bool {
        guard let descriptor else { return true }
        var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&question, 1, 0) == 0
    }

    /// Field 22 of `stat` (proc(5)); the name in field 2 may hold anything, so fields are counted behind its bracket.
    private static func startTime(in folder: Int32) -> UInt64? {
        guard let stat = ProcFile.read("stat", in: folder),
            let bracket = stat.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = stat[(bracket + 1)...].split(separator: UInt8(ascii: " "))
        // State (field 3) comes first; a zombie has no facts left.
        guard fields.count > 19, fields.first?.first != UInt8(ascii: "Z") else { return nil }
        return UInt64(String(decoding: fields[19], as: UTF8.self))
    }
}

/// Reads the small files of the proc file system.
enum ProcFile {
    static func read(_ name: String, in folder: Int32) -> [UInt8]? {
        let file = openat(folder, name, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: AgentLimits.procFileBytesMax)
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { room in
                Glibc.read(
                    file, UnsafeMutableRawBufferPointer(rebasing: room[filled...]).baseAddress,
                    room.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            filled += count
        }
        return Array(bytes.prefix(filled))
    }
}
