/// Names split into the finitely many classes that a set of patterns can tell apart, one witness each.
///
/// Two names in the same class match the same patterns, so a policy that uses only these patterns treats them alike.
struct NameClasses: Sendable {
    struct Member: Hashable, Sendable {
        /// A name of the class.
        var name: String
        /// The class in words: `api`, `pay-*`, `*`.
        var label: String
        /// Whether the name is a second one of a class that an earlier member stands for.
        var isTwin = false
    }

    let members: [Member]

    /// Splits names by patterns; `twins` adds a second name to each class that has more than one.
    init(_ patterns: some Sequence<NamePattern>, twins: Bool = false) {
        var exact: Set<String> = []
        var prefixes: Set<String> = [""]
        for pattern in patterns {
            let text = String(decoding: pattern.bytes, as: UTF8.self)
            if pattern.isPrefix { prefixes.insert(text) } else { exact.insert(text) }
        }
        var members = exact.sorted().map { Member(name: $0, label: $0) }
        for prefix in prefixes.sorted() {
            var taken = 0
            for suffix in Self.suffixes where taken < (twins ? 2 : 1) {
                let name = prefix + suffix
                guard !exact.contains(name),
                    !prefixes.contains(where: {
                        $0.utf8.count > prefix.utf8.count && name.utf8.starts(with: $0.utf8)
                    })
                else { continue }
                members.append(Member(name: name, label: prefix + "*", isTwin: taken > 0))
                taken += 1
            }
        }
        self.members = members
    }

    /// Endings for witnesses; a prefix whose names with all of these fall into longer patterns has no witness of its own.
    private static let suffixes = [
        "x", "y", "z", "x1", "y1", "q7", "w3", "k9", "v5", "j2", "0", "_",
    ]
}
