/// Bounds of how the gateway keeps its files.
enum CustodyLimits {
    /// The most links, one to the next, that lead to a trusted place.
    static let linksMax = 16
    /// The longest file that holds the end of a log.
    static let anchorBytesMax = 1024
    /// How many looks at the log's files go by until its end is noted again, if it has grown.
    static let looksBetweenAnchors = 10
}
