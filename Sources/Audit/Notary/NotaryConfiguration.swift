/// How a log's checkpoints are signed and kept.
public struct NotaryConfiguration: Sendable {
    /// The log's name in its checkpoints; also the name of its keys.
    public var origin: String
    /// The least time between two checkpoints while the log grows.
    public var intervalSeconds: Double = 1
    /// A file on another disk that gets each checkpoint; the log must never fall behind it.
    public var anchorFile: String?
    /// A folder that gets the log as static files (C2SP tlog-tiles).
    public var publishDirectory: String?

    /// Makes a configuration with one checkpoint a second.
    public init(origin: String) { self.origin = origin }
}

/// What a watcher of the log found to be wrong.
public struct LogFinding: Sendable, Equatable {
    /// A stable name: `damaged`, `rolled_back`, `not_written`.
    public var code: String
    /// What was found, with file and line where there is one.
    public var text: String
}
