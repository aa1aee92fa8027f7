internal import NIOCore

/// Bounds of how the gateway keeps its files.
enum CustodyLimits {
    /// The longest path that a socket is bound to as it is.
    static let socketPathBytesMax = 100
    /// How many wait to be answered on the admin socket.
    static let adminBacklog = 16
    /// The longest line that is read there.
    static let adminRequestBytesMax = 64 << 10
    /// How long somebody there may take to say what they want, and to be answered.
    static let adminTime = TimeAmount.seconds(20)
    /// How long the command waits for the answer.
    static let adminWaitSeconds = 30
    /// The longest answer that it takes.
    static let adminAnswerBytesMax = 1 << 20
    /// The most links, one to the next, that lead to a trusted place.
    static let linksMax = 16
    /// The longest file that holds the end of a log.
    static let anchorBytesMax = 1024
    /// How many looks at the log's files go by until its end is noted again, if it has grown.
    static let looksBetweenAnchors = 10
}
