/// One fact about a process that a registration entry asks for, such as `unix:uid:1000`.
///
/// Only facts that the kernel or systemd vouches for are known; a workload can't choose any of them freely.
public struct WorkloadSelector: Hashable, Sendable, Comparable {
    /// What a selector speaks of.
    public enum Kind: String, CaseIterable, Sendable {
        /// The process's user, by number.
        case uid = "unix:uid"
        /// The process's user, by name.
        case user = "unix:user"
        /// The process's primary group, by number.
        case gid = "unix:gid"
        /// The process's primary group, by name.
        case group = "unix:group"
        /// One of the process's other groups, by number.
        case supplementaryGID = "unix:supplementary_gid"
        /// The path of the process's binary.
        case path = "unix:path"
        /// The SHA-256 of the process's binary, lower-case hexadecimal.
        case sha256 = "unix:sha256"
        /// The systemd unit that the process runs in.
        case systemdUnit = "systemd:id"
        /// The process's control group, version 2, from the root on.
        case cgroup = "cgroup:path"
    }

    /// What it speaks of.
    public let kind: Kind
    /// What that must be.
    public let value: String

    /// Makes a selector of a value that was read from the system or checked.
    public init(_ kind: Kind, _ value: String) {
        self.kind = kind
        self.value = value
    }

    /// Reads `kind:value`.
    ///
    /// - Throws: `EntryRefusal.invalid` naming what is wrong.
    public init(parsing text: String) throws(EntryRefusal) {
        guard text.utf8.count <= PKILimits.selectorBytesMax else {
            throw .invalid("a selector of more than \(PKILimits.selectorBytesMax) bytes")
        }
        guard let kind = Kind.allCases.first(where: { text.hasPrefix($0.rawValue + ":") }) else {
            let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("selector \(text.quotedForPeople): known kinds are \(known)")
        }
        self.init(kind, String(text.dropFirst(kind.rawValue.count + 1)))
        guard isValid else {
            throw .invalid("selector \(text.quotedForPeople): \(kind.form)")
        }
    }

    /// Orders selectors by how they are written.
    public static func < (one: WorkloadSelector, other: WorkloadSelector) -> Bool {
        one.description < other.description
    }

    private var isValid: Bool {
        guard !value.isEmpty, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return false
        }
        switch kind {
        case .uid, .gid, .supplementaryGID: return UInt32(value).map { String($0) == value } == true
        case .user, .group, .systemdUnit: return !value.contains("/") && !value.contains(":")
        case .path, .cgroup: return value.hasPrefix("/")
        case .sha256:
            return value.utf8.count == 64
                && value.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        }
    }
}

extension WorkloadSelector: CustomStringConvertible {
    /// `kind:value`, as it is written in entries.
    public var description: String { kind.rawValue + ":" + value }
}

extension WorkloadSelector.Kind {
    fileprivate var form: String {
        switch self {
        case .uid, .gid, .supplementaryGID: "expected a number from 0 to 4294967295"
        case .user, .group, .systemdUnit: "expected a name without '/' and ':'"
        case .path, .cgroup: "expected an absolute path"
        case .sha256: "expected 64 lower-case hexadecimal digits"
        }
    }
}
