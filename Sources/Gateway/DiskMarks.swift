internal import Glibc

/// The watermarks of the journal's disk where the configuration names none: shares of its size.
struct DiskMarks {
    private static let lowMax: Int64 = 1 << 30
    private static let criticalMax: Int64 = 256 << 20
    private static let reserveMax: Int64 = 1 << 20
    private let total: Int64

    /// Looks at the file system of a folder, or of the nearest one above that exists.
    init(of folder: String) {
        var path = folder
        var status = statvfs()
        while statvfs(path, &status) != 0 {
            guard let slash = path.lastIndex(of: "/") else {
                path = "."
                if statvfs(path, &status) != 0 { status = statvfs() }
                break
            }
            path = slash == path.startIndex ? "/" : String(path[..<slash])
        }
        let (bytes, overflow) = Int64(status.f_blocks).multipliedReportingOverflow(
            by: Int64(status.f_frsize))
        total = overflow ? .max : bytes
    }

    /// The bytes below which someone has to act.
    func low(_ configured: Int) -> Int64 {
        configured > 0 ? Int64(configured) : min(total / 100, Self.lowMax)
    }

    /// The bytes below which everything is refused.
    func critical(_ configured: Int) -> Int64 {
        configured > 0 ? Int64(configured) : min(total / 400, Self.criticalMax)
    }

    /// The size of the file that is given up for the log's last words.
    var reserveBytes: Int { Int(min(total / 200, Self.reserveMax)) }
}
