internal import Glibc

/// The socket in the file system: who may replace it, and what was left there.
struct SocketFile: Sendable {
    let path: String
    let mode: UInt32

    /// Where the socket is bound before it is moved to its place, so that it never stands there with other permissions.
    var draft: String { path + ".new" }

    /// Checks the place, and that no other agent listens there.
    ///
    /// - Throws: `AgentError.socket`.
    func prepare() throws(AgentError) {
        try checkFolder()
        try checkNobodyListens()
        if FileStatus(path: draft, followsLinks: false) != nil, unlink(draft) != 0 {
            throw .socket("cannot remove \(draft): error \(errno)")
        }
    }

    /// Gives the bound socket its permissions and its name; a stale socket there is replaced.
    ///
    /// - Throws: `AgentError.socket`.
    func publish() throws(AgentError) {
        guard chmod(draft, mode_t(mode)) == 0 else {
            throw .socket("cannot set the permissions of \(draft): error \(errno)")
        }
        guard rename(draft, path) == 0 else {
            throw .socket("cannot move \(draft) to \(path): error \(errno)")
        }
    }

    /// Removes the socket if it is still the one that was published.
    func remove(inode: UInt64?) {
        guard let inode, inode == self.inode else { return }
        unlink(path)
    }

    /// The number of the file at the path.
    var inode: UInt64? { FileStatus(path: path, followsLinks: false)?.inode }

    /// Whoever may write to the folder may put another socket there and hand out other keys.
    private func checkFolder() throws(AgentError) {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        let name = folder.isEmpty ? "/" : folder
        if FileStatus(path: name, followsLinks: true) == nil { mkdir(name, 0o755) }
        guard let status = FileStatus(path: name, followsLinks: true) else {
            throw .socket("the socket's folder \(name) can't be made: error \(errno)")
        }
        guard status.isFolder else { throw .socket("\(name) is no folder") }
        guard status.uid == geteuid() || status.uid == 0 else {
            throw .socket("the socket's folder \(name) belongs to user \(status.uid)")
        }
        guard !status.isOpenToOthers else {
            throw .socket(
                "the socket's folder \(name) can be written by others: chmod go-w \(name)")
        }
    }

    private func checkNobodyListens() throws(AgentError) {
        guard let status = FileStatus(path: path, followsLinks: false) else { return }
        guard status.isSocket else {
            throw .socket("\(path) is there and is no socket: remove it")
        }
        guard status.uid == geteuid() || geteuid() == 0 else {
            throw .socket("\(path) belongs to user \(status.uid)")
        }
        if isAnswered() { throw .socket("another agent listens on \(path)") }
    }

    private func isAnswered() -> Bool {
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
