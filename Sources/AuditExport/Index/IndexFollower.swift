internal import Audit
internal import Glibc
internal import NIOConcurrencyHelpers

/// Keeps the index of a live log on a thread of its own that runs only when nothing else wants the processor.
///
/// What the thread has checked against the log may be searched; everything behind that, queries read from the log.
public final class IndexFollower: Sendable {
    private let shared: NIOLockedValueBox<State>
    private let thread: BackgroundThread

    struct State {
        var store: IndexStore?
        var checked = 0
        var repaired = 0
        var fault: String?
    }

    /// Starts to follow the log in a folder.
    public init(directory: String) {
        let shared = NIOLockedValueBox(State())
        self.shared = shared
        thread = BackgroundThread(name: "audit-index") { stop in
            IndexFollower.run(directory, shared, stop)
        }
    }

    /// How many records the index covers, how many blocks were made anew, and why it stands still if it does.
    public var progress: (records: UInt64, repaired: Int, fault: String?) {
        shared.withLockedValue {
            (UInt64($0.checked * ExportLimits.blockRecords), $0.repaired, $0.fault)
        }
    }

    /// Ends the thread and waits for it.
    public func stop() { thread.stop() }

    var searchable: (store: IndexStore, blocks: Int)? {
        shared.withLockedValue { state in state.store.map { ($0, state.checked) } }
    }

    private static func run(
        _ directory: String, _ shared: NIOLockedValueBox<State>, _ stop: StopFlag
    ) {
        while !stop.isSet {
            do throws(ExportError) {
                let store = try IndexStore(path: IndexStore.path(ofLog: directory))
                var update = try IndexUpdate(directory: directory, store: store)
                try follow(&update, store, shared, stop)
            } catch {
                shared.withLockedValue { state in
                    state.fault = "\(error)"
                    state.store = nil
                    state.checked = 0
                }
                stop.pause(microseconds: ExportLimits.followerPauseMicroseconds * 10)
            }
        }
    }

    private static func follow(
        _ update: inout IndexUpdate, _ store: IndexStore, _ shared: NIOLockedValueBox<State>,
        _ stop: StopFlag
    ) throws(ExportError) {
        while !stop.isSet {
            let isMore = try update.step()
            let checked = update.checked
            let repaired = update.repaired
            shared.withLockedValue { state in
                state.store = store
                state.checked = checked
                state.repaired = repaired
                state.fault = nil
            }
            if !isMore { stop.pause(microseconds: ExportLimits.followerPauseMicroseconds) }
        }
    }
}
