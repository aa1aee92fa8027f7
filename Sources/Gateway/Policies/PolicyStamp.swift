internal import Audit
internal import Foundation
internal import Text

/// What can be seen of the policy's files without reading them.
struct PolicyStamp: Equatable, Sendable {
    /// The files by their names; none where the policy is the shipped one, or nothing is there.
    var files: [ExactText: FileStamp] = [:]

    /// The names of the files that are not as they were in another stamp, or not there.
    func changes(since other: PolicyStamp) -> Set<ExactText> {
        Set(files.keys).union(other.files.keys).filter { files[$0] != other.files[$0] }
    }
}

/// One file as the file system knows it.
struct FileStamp: Equatable, Sendable {
    /// Where the name leads to, all links followed.
    let target: ExactText
    /// What is there; a change of its bytes changes size or time.
    let facts: FileFacts

    /// Looks at the file that a path leads to; nil if there is none.
    init?(path: String) {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        let place = String(cString: resolved)
        target = ExactText(place)
        guard let facts = (try? PosixFileSystem().facts(place)) ?? nil else { return nil }
        self.facts = facts
    }

    /// Whether a name leads to another file than it did, not to the same one with other bytes.
    func isAnother(than other: FileStamp?) -> Bool {
        other.map { !facts.isSameFile(as: $0.facts) } ?? true
    }
}
