internal import NIOConcurrencyHelpers
internal import NIOCore

/// Brings word to the lane's event loop: of a finished batch from the journal's thread, of a turn from another lane.
final class LaneWake: Sendable {
    private let eventLoop: any EventLoop
    private let lane = NIOLockedValueBox<NIOLoopBound<FastLane>?>(nil)

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func set(_ lane: NIOLoopBound<FastLane>) {
        self.lane.withLockedValue { $0 = lane }
    }

    /// Has the lane collect its batch; one that was collected meanwhile is no harm.
    func call() {
        // Under the lock: the event loop may be gone once `end` has returned.
        lane.withLockedValue { lane in
            guard let lane else { return }
            eventLoop.execute { lane.value.collect() }
        }
    }

    /// Has the lane do something on its event loop; what it can't do any more is dropped.
    func run(_ task: @escaping @Sendable (FastLane) -> Void) {
        lane.withLockedValue { lane in
            guard let lane else { return }
            eventLoop.execute { task(lane.value) }
        }
    }

    /// From now on nothing is brought: the lane has ended, and its event loop soon will.
    func end() {
        lane.withLockedValue { $0 = nil }
    }
}
