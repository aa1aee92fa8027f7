/// What happened to the log's files under the running journal.
enum LogFault: Equatable {
    case folderGone
    case lockGone
    case gone(String)
    case replaced(String)
    case shorter(String, Int64, Int64)
    case other(String, String)
    case unreadable(String)

    /// The fault in one line, and what to do.
    var reason: String {
        switch self {
        case .folderGone: "the log's folder `segments` is gone; put it back"
        case .lockGone:
            "the file `lock` was removed or replaced, so another gateway could write here; put it back or restart"
        case .gone(let name):
            "segment \(name) was removed or renamed; put it back as it was"
        case .replaced(let name):
            "segment \(name) was replaced by another file; put back the one that was written"
        case .shorter(let name, let size, let end):
            "segment \(name) was cut to \(size) bytes, \(end) were written; put it back whole"
        case .other(let name, let problem):
            "segment \(name) does not hold what was written (\(problem)); put it back as it was"
        case .unreadable(let reason): reason
        }
    }
}
