/// Calls that an intention's `call` covers: a method, a path and header fields, all of which must match.
struct HTTPPermit: Hashable, Sendable {
    /// Empty means any.
    var methods: [String] = []
    var path: PathPattern?
    /// All must match.
    var headers: [HeaderPattern] = []
}

/// A pattern for a path: by segment, `*` and `prefix*` for one, a last `**` for any rest, also none.
struct PathPattern: Hashable, Sendable {
    var segments: [NamePattern]
    var hasOpenEnd: Bool

    /// The pattern as it is written.
    var text: String {
        segments.map { "/" + $0.text }.joined() + (hasOpenEnd ? "/**" : "")
    }
}

/// A header field that must be there once, with one of some values.
struct HeaderPattern: Hashable, Sendable {
    /// In lower case.
    var name: String
    var values: [NamePattern]
}
