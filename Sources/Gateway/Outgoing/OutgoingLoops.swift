internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Workers

/// The event loops on which servers outside are asked: they step back behind those that serve, since nobody notices a millisecond there.
public enum OutgoingLoops {
    /// From here on they give way as much as workers do; for the executable, whose only gateway it is.
    public static func stepBack() {
        let group = MultiThreadedEventLoopGroup.singleton
        for loop in group.makeIterator() {
            // On Linux it is the thread's own.
            loop.execute {
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, WorkerLimits.niceness)
            }
        }
    }
}
