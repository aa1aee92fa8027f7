/// A distinguished name in parts, as RFC 4514 writes it.
///
/// Equal where directories mean the same: types and values are compared without regard to case, as nearly all attributes that name
/// entries are (RFC 4519), and the parts of one level in any order.
public struct DistinguishedName: Sendable, Hashable {
    /// One type and value.
    struct Part: Sendable, Hashable, Comparable {
        /// In lower case.
        let type: String
        let value: String

        static func < (one: Part, other: Part) -> Bool {
            (one.type, one.value) < (other.type, other.value)
        }
    }

    /// Levels, the entry's own first; each has one part or several.
    let levels: [[Part]]
    private let folded: [[Part]]

    /// Reads a name; nil where it is none, or too long, also in our own spelling, which escapes more than some do.
    public init?(_ text: String) {
        guard text.utf8.count <= DirectoryLimits.distinguishedNameBytesMax,
            let levels = DistinguishedNameReader.read(Array(text.utf8))
        else { return nil }
        self.levels = levels
        folded = levels.map { level in
            level.map { Part(type: $0.type, value: $0.value.lowercased()) }.sorted()
        }
        guard description.utf8.count <= DirectoryLimits.distinguishedNameBytesMax else {
            return nil
        }
    }

    /// The value that the entry has its name by, as `ops` of `cn=ops,ou=groups`; nil where several do.
    public var ownValue: String? { levels.first?.count == 1 ? levels.first?.first?.value : nil }

    /// The value of an attribute that is part of the entry's own name.
    func ownValue(of type: String) -> String? {
        levels.first?.first { $0.type == type.lowercased() }?.value
    }

    /// Whether the entry is this one or lies below it.
    public func covers(_ other: DistinguishedName) -> Bool {
        other.folded.count >= folded.count
            && Array(other.folded.suffix(folded.count)) == folded
    }

    /// Whether directories take the two for one.
    public static func == (left: Self, right: Self) -> Bool { left.folded == right.folded }

    /// Names that are equal have one hash.
    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}

extension DistinguishedName: CustomStringConvertible {
    /// In one spelling: types in lower case, no spaces between, values as they are, escaped where they must be.
    public var description: String {
        levels.map { level in
            level.map { "\($0.type)=\(Self.written($0.value))" }.joined(separator: "+")
        }.joined(separator: ",")
    }

    /// Readable: only what has to be is escaped, with a backslash before it.
    private static func written(_ value: String) -> String {
        var text = ""
        let scalars = Array(value.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let isEnd = index == scalars.count - 1
            if scalar.value == 0 {
                text += "\\00"
                continue
            }
            if ",+\"\\<>;=".unicodeScalars.contains(scalar)
                || (scalar == " " && (index == 0 || isEnd)) || (scalar == "#" && index == 0)
            {
                text += "\\"
            }
            text.unicodeScalars.append(scalar)
        }
        return text
    }
}
