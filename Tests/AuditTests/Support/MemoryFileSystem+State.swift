import Audit
import NIOConcurrencyHelpers

extension MemoryFileSystem.State {
    /// A path's folders, the outermost first, the path itself last; the root is always there.
    static func line(to path: String) -> [String] {
        guard path != "/" else { return [] }
        return line(to: parent(of: path)) + [path]
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// Whether a power cut leaves a folder and all that it lies in.
    func isDurable(folder: String) -> Bool {
        Self.line(to: folder).allSatisfy { durableFolders.contains($0) }
    }

    mutating func touch(_ id: Int) {
        changes += 1
        inodes[id]?.modified = changes
    }

    func facts(_ id: Int) -> FileFacts? {
        inodes[id].map { inode in
            FileFacts(
                device: 1, inode: UInt64(id), size: Int64(inode.bytes.count),
                modified: inode.modified)
        }
    }
}

extension MemoryFileSystem {
    /// Changes bytes of a file as somebody does who gives it its old time again.
    func changeUnseen(_ path: String, _ change: (inout [UInt8]) -> Void) {
        state.withLockedValue { state in
            guard let id = state.names[path], var bytes = state.inodes[id]?.bytes else { return }
            change(&bytes)
            state.inodes[id]?.bytes = bytes
            state.inodes[id]?.durable = bytes
        }
    }
}
