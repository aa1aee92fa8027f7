/// The segments of a log, each in the form that it has.
struct SegmentFolder {
    let system: any FileSystem
    let layout: LogLayout

    /// What lies in the folder.
    struct Contents: Equatable {
        /// The segments, in order, each once.
        var segments: [String] = []
        /// Those of them that are packed, and those that are not; one that is being packed is both for a moment.
        var packed: Set<String> = []
        var plain: Set<String> = []
        /// Packed files that are not whole yet.
        var drafts: [String] = []
        /// What is none of these.
        var strangers: [String] = []
    }

    /// The folder's contents; nil where there is no folder.
    func contents() throws(FileFault) -> Contents? {
        guard let names = try system.list(layout.segments) else { return nil }
        var contents = Contents()
        for name in names {
            if SegmentName.parse(name) != nil {
                contents.plain.insert(name)
            } else if let segment = SegmentName.packed(name) {
                contents.packed.insert(segment)
            } else if name.hasSuffix(Self.draftSuffix),
                SegmentName.packed(String(name.dropLast(Self.draftSuffix.count))) != nil
            {
                contents.drafts.append(name)
            } else {
                contents.strangers.append(name)
            }
        }
        contents.segments = contents.plain.union(contents.packed).sorted()
        return contents
    }

    static let draftSuffix = ".new"

    /// The path of a segment in a form.
    func path(_ name: String, _ form: SegmentForm) -> String {
        layout.segment(name) + form.suffix
    }

    /// The path of a segment in the form that is read; that of the one that would be written where there is none.
    func path(of name: String) -> String {
        (try? open(name))?.path ?? path(name, .plain)
    }

    /// Where a segment is packed aside.
    func draft(_ name: String) -> String { path(name, .packed) + Self.draftSuffix }

    /// Opens a segment; of two forms the one that was written.
    func open(_ name: String) throws(FileFault) -> OpenSegment {
        do throws(FileFault) {
            return try open(name, .plain)
        } catch {
            guard error.errno == PosixFileSystem.nothingThere,
                try system.facts(path(name, .packed)) != nil
            else { throw error }
            return try open(name, .packed)
        }
    }

    /// Opens a segment in a form.
    func open(_ name: String, _ form: SegmentForm) throws(FileFault) -> OpenSegment {
        try OpenSegment(path(name, form), form, system: system)
    }
}
