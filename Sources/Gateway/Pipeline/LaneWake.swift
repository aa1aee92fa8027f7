internal import NIOConcurrencyHelpers
internal import NIOCore

/// Brings word of a finished batch from the journal's thread to the lane's event loop.
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

    /// From now on nothing is brought: the lane has ended, and its event loop soon will.
    func end() {
        lane.withLockedValue { $0 = nil }
    }
}
