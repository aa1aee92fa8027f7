import Audit
import FileSupport
import NIOConcurrencyHelpers

/// Files in memory of which, once a test says so, no further one can be opened.
final class ScarceFiles: FilesOverOthers {
    let base: MemoryFileSystem
    private let scarcity = NIOLockedValueBox((isOn: false, refused: 0))

    init(_ base: MemoryFileSystem) {
        self.base = base
    }

    /// How many files were not opened.
    var refused: Int { scarcity.withLockedValue { $0.refused } }

    func runOut() { scarcity.withLockedValue { $0.isOn = true } }

    func open(_ path: String, _ mode: OpenMode) throws(FileFault) -> OpenFile {
        let isOut = scarcity.withLockedValue { scarcity in
            if scarcity.isOn { scarcity.refused += 1 }
            return scarcity.isOn
        }
        // EMFILE
        if isOut { throw FileFault(operation: "open", path: path, errno: 24) }
        return try base.open(path, mode)
    }
}
