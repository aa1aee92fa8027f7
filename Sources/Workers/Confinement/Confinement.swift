internal import CSandbox
internal import Glibc
internal import Text

/// Takes from this process what a parser of hostile bytes must not have; it can't be taken back.
public enum Confinement {
    /// What could not be taken.
    public enum Fault: Error, Equatable, CustomStringConvertible {
        case failed(String, errno: Int32)

        /// Which step, and the system's word.
        public var description: String {
            switch self {
            case .failed(let step, let number): "\(step): \(errnoText(number))"
            }
        }
    }

    /// Leaves the process the descriptors that it has, memory and time: no files, no sockets, no processes, no programs.
    ///
    /// - Returns: Whether the kernel has Landlock, the second of the two walls; the first, seccomp, is there or this throws.
    /// - Throws: ``Fault`` where anything else can't be taken: the process must not go on then.
    public static func enter() throws(Fault) -> Bool {
        try limit(RLIMIT_CORE, 0, "core dumps")
        try limit(RLIMIT_FSIZE, 0, "file sizes")
        try limit(RLIMIT_NOFILE, WorkerLimits.descriptorsMax, "descriptors")
        try limit(RLIMIT_DATA, WorkerLimits.dataBytesMax, "memory")
        try limit(RLIMIT_AS, WorkerLimits.addressBytesMax, "addresses")
        try check(sandbox_forbid_dumps(), "being dumped")
        try check(sandbox_forbid_new_privileges(), "new privileges")
        let hasLandlock = try forbidFiles()
        try check(sandbox_forbid_calls(), "seccomp")
        return hasLandlock
    }

    /// The second wall, for what might come through the first; no files, no TCP.
    package static func forbidFiles() throws(Fault) -> Bool {
        let version = sandbox_landlock_version()
        guard version > 0 else { return false }
        try check(sandbox_forbid_files(version), "landlock")
        return true
    }

    private static func limit(
        _ resource: __rlimit_resource, _ most: Int, _ step: String
    ) throws(Fault) {
        var limit = rlimit(rlim_cur: rlim_t(most), rlim_max: rlim_t(most))
        try check(setrlimit(__rlimit_resource_t(resource.rawValue), &limit), step)
    }

    private static func check(_ result: Int32, _ step: String) throws(Fault) {
        guard result == 0 else { throw .failed(step, errno: errno) }
    }
}
