/// Why the index can't be used; the log is never the worse for it.
public enum IndexError: Error, Equatable, CustomStringConvertible {
    /// The file can't be read or written.
    case store(String)
    /// The log can't be read.
    case log(String)

    /// One sentence.
    public var description: String {
        switch self {
        case .store(let reason): "the index of the audit log: \(reason)"
        case .log(let reason): reason
        }
    }
}
