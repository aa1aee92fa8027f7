import Audit
import NIOConcurrencyHelpers

/// A file system in memory that fails on demand and can show what a power cut leaves.
final class MemoryFileSystem: FileSystem {
    enum Fault: CaseIterable, Sendable {
        /// The call fails and does nothing.
        case fails
        /// The call fails although its effect is there.
        case failsButPersists
        /// The call does half of what it should and says so (writes) or fails (all others).
        case short
    }

    struct Inode: Sendable {
        var bytes: [UInt8] = []
        var durable: [UInt8] = []
        var modified: Int64 = 0
    }

    struct State: Sendable {
        var inodes: [Int: Inode] = [:]
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        var folders: Set<String> = []
        var durableFolders: Set<String> = []
        /// Counts the changes of any file's bytes, in place of the time of each.
        var changes: Int64 = 0
        var free: Int64 = 1 << 40
        var descriptors: [Int32: Int] = [:]
        var broken: Set<Int32> = []
        var nextInode = 1
        var nextDescriptor: Int32 = 100
        var locked: Set<String> = []
        var calls = 0
        var failing: [Int: Fault] = [:]
        var syncsAfterFailure = 0
        var isFull = false
        /// What the test last noted, so that a moment can be told from another.
        var note = 0
    }

    let state: NIOLockedValueBox<State>
    let moments = NIOLockedValueBox<[State]?>(nil)
    let updates = ConditionLock(value: true)

    init(_ state: State = State()) { self.state = NIOLockedValueBox(state) }

    /// A copy whose open files and locks are gone, as after a process crash.
    func crashed() -> MemoryFileSystem {
        var copy = state.withLockedValue { $0 }
        copy.descriptors = [:]
        copy.locked = []
        copy.failing = [:]
        copy.isFull = false
        return MemoryFileSystem(copy)
    }

    /// A copy that holds what was synced and, of each changed sector, either the old or new bytes.
    func afterPowerCut(keeping: (Int) -> Bool) -> MemoryFileSystem {
        let copy = crashed()
        copy.state.withLockedValue { state in
            state.names = state.durableNames.merging(state.names.filter { _ in keeping(0) }) { $1 }
            state.folders = state.folders.filter { state.isDurable(folder: $0) || keeping(3) }
            // What lies in a folder goes with it.
            state.names = state.names.filter { state.folders.contains(State.parent(of: $0.key)) }
            for (id, inode) in state.inodes {
                var bytes = inode.durable
                if inode.bytes.count > bytes.count, keeping(1) {
                    bytes += [UInt8](repeating: 0, count: inode.bytes.count - bytes.count)
                }
                for start in stride(from: 0, to: bytes.count, by: 512) {
                    let end = min(start + 512, bytes.count, inode.bytes.count)
                    guard start < end, keeping(2) else { continue }
                    bytes.replaceSubrange(start..<end, with: inode.bytes[start..<end])
                }
                state.inodes[id] = Inode(bytes: bytes, durable: bytes)
            }
            state.durableNames = state.names
            state.durableFolders = state.folders
        }
        return copy
    }

    func fail(call number: Int, with fault: Fault) {
        state.withLockedValue { $0.failing[number] = fault }
    }

    var syncsAfterFailure: Int { state.withLockedValue { $0.syncsAfterFailure } }

    var calls: Int { state.withLockedValue { $0.calls } }

    func setFull(_ isFull: Bool) { state.withLockedValue { $0.isFull = isFull } }

    func setFree(_ bytes: Int64) { state.withLockedValue { $0.free = bytes } }

    func bytes(of path: String) -> [UInt8] {
        state.withLockedValue { state in
            state.names[path].flatMap { state.inodes[$0]?.bytes } ?? []
        }
    }

    func setBytes(_ bytes: [UInt8]?, of path: String) {
        state.withLockedValue { state in
            guard let bytes else {
                state.names[path] = nil
                return
            }
            let id = state.names[path] ?? state.nextInode
            state.nextInode += 1
            state.names[path] = id
            state.changes += 1
            state.inodes[id] = Inode(bytes: bytes, durable: bytes, modified: state.changes)
        }
    }

    func paths(in folder: String) -> [String] {
        state.withLockedValue { $0.names.keys.filter { $0.hasPrefix(folder + "/") }.sorted() }
    }
}

extension MemoryFileSystem {
    func createFolder(_ path: String) throws(FileFault) -> [String] {
        let missing = state.withLockedValue { state in
            State.line(to: path).filter { !state.folders.contains($0) }
        }
        try change("create folder", path) { $0.folders.formUnion(missing) }
        return missing
    }

    func facts(_ path: String) throws(FileFault) -> FileFacts? {
        state.withLockedValue { state in state.names[path].flatMap { state.facts($0) } }
    }

    func facts(of file: OpenFile) throws(FileFault) -> FileFacts {
        let facts = state.withLockedValue { state in
            state.descriptors[file.descriptor].flatMap { state.facts($0) }
        }
        guard let facts else { throw FileFault(operation: "look at", path: file.path, errno: 9) }
        return facts
    }

    func list(_ folder: String) throws(FileFault) -> [String]? {
        let names = paths(in: folder).map { String($0.dropFirst(folder.count + 1)) }
        let exists = state.withLockedValue { $0.folders.contains(folder) }
        return exists || !names.isEmpty ? names : nil
    }

    func open(_ path: String, _ mode: OpenMode) throws(FileFault) -> OpenFile {
        let isThere = state.withLockedValue { $0.names[path] != nil }
        if mode == .update { passUpdates() }
        if (mode == .create) == isThere {
            throw FileFault(operation: "open", path: path, errno: isThere ? 17 : 2)
        }
        if mode == .create {
            try change("create", path) { state in
                state.names[path] = state.nextInode
                state.inodes[state.nextInode] = Inode()
                state.nextInode += 1
            }
        }
        return state.withLockedValue { state in
            state.nextDescriptor += 1
            state.descriptors[state.nextDescriptor] = state.names[path]
            return OpenFile(descriptor: state.nextDescriptor, path: path)
        }
    }

    func close(_ file: OpenFile) {
        state.withLockedValue { state in
            state.descriptors[file.descriptor] = nil
            state.locked.remove(file.path)
        }
    }

    func write(
        _ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int64
    ) throws(FileFault) -> Int {
        let copy = Array(bytes)
        let fault = nextFault()
        let grows = Int(offset) + copy.count > inode(file).bytes.count
        if state.withLockedValue({ $0.isFull }), grows {
            throw FileFault(operation: "write", path: file.path, errno: 28)
        }
        if fault == .fails { throw FileFault(operation: "write", path: file.path, errno: 5) }
        let count = fault == .short ? copy.count / 2 : copy.count
        store(copy[..<count], in: file, at: Int(offset))
        if fault == .failsButPersists {
            throw FileFault(operation: "write", path: file.path, errno: 5)
        }
        return count
    }

    func read(
        _ file: OpenFile, at offset: Int64, into bytes: UnsafeMutableRawBufferPointer
    ) throws(FileFault) -> Int {
        let all = inode(file).bytes
        guard Int(offset) < all.count else { return 0 }
        let part = all[Int(offset)..<min(all.count, Int(offset) + bytes.count)]
        bytes.copyBytes(from: part)
        return part.count
    }

    func sync(_ file: OpenFile) throws(FileFault) {
        let wasBroken = state.withLockedValue { state in
            if state.broken.contains(file.descriptor) { state.syncsAfterFailure += 1 }
            return state.broken.contains(file.descriptor)
        }
        if wasBroken { return }
        do throws(FileFault) {
            try change("sync", file.path) { state in
                guard let id = state.descriptors[file.descriptor] else { return }
                let bytes = state.inodes[id]?.bytes ?? []
                state.inodes[id]?.durable = bytes
            }
        } catch {
            state.withLockedValue { _ = $0.broken.insert(file.descriptor) }
            throw error
        }
    }

    func syncFolder(_ path: String) throws(FileFault) {
        try change("sync folder", path) { state in
            let inFolder = { (name: String) in name.hasPrefix(path + "/") }
            state.durableNames = state.durableNames.filter { !inFolder($0.key) }
            for (name, id) in state.names where inFolder(name) { state.durableNames[name] = id }
            let made = state.folders.filter { State.parent(of: $0) == path }
            state.durableFolders.formUnion(made)
        }
    }

    func size(_ file: OpenFile) throws(FileFault) -> Int64 { Int64(inode(file).bytes.count) }

    func truncate(_ file: OpenFile, to size: Int64) throws(FileFault) {
        try change("truncate", file.path) { state in
            guard let id = state.descriptors[file.descriptor] else { return }
            let bytes = state.inodes[id]?.bytes ?? []
            state.inodes[id]?.bytes = Array(bytes.prefix(Int(size)))
            state.touch(id)
        }
    }

    func rename(_ path: String, to other: String) throws(FileFault) {
        try change("rename", path) { state in
            state.names[other] = state.names.removeValue(forKey: path)
        }
    }

    func remove(_ path: String) throws(FileFault) {
        try change("remove", path) { $0.names[path] = nil }
    }

    func lock(_ path: String) throws(FileFault) -> OpenFile? {
        let isFree = state.withLockedValue { $0.locked.insert(path).inserted }
        return isFree ? OpenFile(descriptor: -1, path: path) : nil
    }

    func freeBytes(_ path: String) throws(FileFault) -> Int64 {
        state.withLockedValue { $0.isFull ? 0 : $0.free }
    }

    private func inode(_ file: OpenFile) -> Inode {
        state.withLockedValue { state in
            state.descriptors[file.descriptor].flatMap { state.inodes[$0] } ?? Inode()
        }
    }

    private func store(_ bytes: ArraySlice<UInt8>, in file: OpenFile, at offset: Int) {
        state.withLockedValue { state in
            guard let id = state.descriptors[file.descriptor], var inode = state.inodes[id] else {
                return
            }
            state.inodes[id] = nil
            let end = offset + bytes.count
            if inode.bytes.count < end {
                inode.bytes += [UInt8](repeating: 0, count: end - inode.bytes.count)
            }
            inode.bytes.replaceSubrange(offset..<end, with: bytes)
            state.inodes[id] = inode
            state.touch(id)
        }
    }

    private func nextFault() -> Fault? {
        state.withLockedValue { state in
            state.calls += 1
            moments.withLockedValue { $0?.append(state) }
            return state.failing.removeValue(forKey: state.calls)
        }
    }

    private func change(
        _ operation: String, _ path: String, _ body: (inout State) -> Void
    ) throws(FileFault) {
        let fault = nextFault()
        if fault == nil || fault == .failsButPersists { state.withLockedValue { body(&$0) } }
        if fault != nil { throw FileFault(operation: operation, path: path, errno: 5) }
    }
}
