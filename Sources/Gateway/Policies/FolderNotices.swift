internal import Glibc
internal import NIOConcurrencyHelpers
internal import Text

/// What the kernel says of the names in a folder (inotify): which were last given to a file that was moved there.
///
/// Without it, where the kernel gives no watch or another machine changes the files, nothing counts as moved: a change is
/// then seen later, not wrongly.
final class FolderNotices: Sendable {
    private struct State {
        var folder: String?
        var watch: Int32 = -1
        var moved: Set<ExactText> = []
    }

    private let descriptor: Int32
    private let state = NIOLockedValueBox(State())
    private static let events = UInt32(
        IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_MODIFY | IN_DELETE)

    init() {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    }

    /// Whether the kernel tells us anything; if not, its `fs.inotify.max_user_instances` are used up.
    var isAvailable: Bool { descriptor >= 0 }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The names in a folder, links followed, that were moved into place since the watch on it began.
    func moved(in folder: String) -> Set<ExactText> {
        guard descriptor >= 0 else { return [] }
        return state.withLockedValue { state in
            if state.folder != folder { watch(folder, &state) }
            read(into: &state)
            return state.moved
        }
    }

    /// Forgets what was moved: it was read.
    func settle() {
        state.withLockedValue { $0.moved = [] }
    }

    private func watch(_ folder: String, _ state: inout State) {
        if state.watch >= 0 { inotify_rm_watch(descriptor, state.watch) }
        let watch = inotify_add_watch(descriptor, folder, Self.events)
        state = State(folder: watch >= 0 ? folder : nil, watch: watch)
    }

    private func read(into state: inout State) {
        var buffer = [UInt8](repeating: 0, count: PolicyLimits.noticeBytes)
        for _ in 0..<PolicyLimits.noticeReadsMax {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count <= 0 { return }
            buffer.withUnsafeBytes { take($0.prefix(count), &state) }
        }
        // Somebody changes files faster than we read of it.
        state = State()
    }

    private func take(_ bytes: Slice<UnsafeRawBufferPointer>, _ state: inout State) {
        let header = MemoryLayout<inotify_event>.size
        var rest = UnsafeRawBufferPointer(rebasing: bytes)
        while rest.count >= header {
            let watch = rest.loadUnaligned(fromByteOffset: 0, as: Int32.self)
            let mask = rest.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
            let length = Int(rest.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
            guard rest.count >= header + length else { return }
            let name = rest[header..<header + length].prefix { $0 != 0 }
            rest = UnsafeRawBufferPointer(rebasing: rest[(header + length)...])
            note(watch, mask, String(decoding: name, as: UTF8.self), &state)
        }
    }

    private func note(_ watch: Int32, _ mask: UInt32, _ name: String, _ state: inout State) {
        if mask & UInt32(IN_Q_OVERFLOW) != 0 { state.moved = [] }
        guard watch == state.watch else { return }
        if mask & UInt32(IN_IGNORED) != 0 {
            state = State()
        } else if mask & UInt32(IN_MOVED_TO) != 0 {
            // Of more than that nothing counts as moved, as where the kernel drops its notices.
            if state.moved.count >= PolicyLimits.noticedNamesMax { state.moved = [] }
            state.moved.insert(ExactText(name))
        } else {
            state.moved.remove(ExactText(name))
        }
    }
}
