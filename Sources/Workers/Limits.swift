/// The sizes and numbers that bound workers.
public enum WorkerLimits {
    /// The workers of one pool, and the threads that wait for them.
    public static let workersMax = 8
    /// Requests that wait for a worker; of more, the newest is refused.
    public static let queuedMax = 256
    /// By how much more than the gateway's own threads a worker gives way (setpriority(2)).
    public static let niceness: Int32 = 5
    /// Requests that one worker answers before another takes its place.
    public static let requestsPerWorkerMax = 500
    /// The JSON of a request.
    public static let requestBytesMax = 64 << 10
    /// The secrets of a request together.
    public static let secretBytesMax = 8 << 10
    /// The secrets of a request.
    public static let secretsMax = 4
    /// The JSON of an answer.
    public static let answerBytesMax = 1 << 20
    /// Memory that a worker may write to; a message can't fill the machine.
    static let dataBytesMax = 256 << 20
    /// Addresses that a worker may have in use, its program and libraries included.
    static let addressBytesMax = 2 << 30
    /// Descriptors that a worker may have open.
    static let descriptorsMax = 16
    /// By how much a worker that nobody ends outlives its deadline.
    static let ownEndMilliseconds: Int64 = 1000
}
