internal import Text
internal import Time

/// Knows when changed policy files are whole, so that none is read while somebody still writes it.
///
/// What was moved into place, or is reached by a link that was swapped, was written before and is whole. Anything else, a file
/// that is written in place, made anew or taken away, counts once nothing has changed for a while.
struct PolicySettling {
    /// The files that were last decided on.
    private(set) var settled: PolicyStamp
    private var pending: (stamp: PolicyStamp, sinceNanoseconds: Int64)?

    init(_ stamp: PolicyStamp) {
        settled = stamp
    }

    /// Whether the files are others than those that were last decided on.
    var isPending: Bool { pending != nil }

    /// Takes a look at the files and says whether they may be read now.
    ///
    /// - Parameters:
    ///   - stamp: the files as they are.
    ///   - moved: names that were last given to a file that was there before.
    ///   - now: the time that has passed.
    /// - Returns: Whether they are whole, changed or not.
    mutating func look(
        _ stamp: PolicyStamp, moved: Set<ExactText>, elapsedNanoseconds now: Int64
    ) -> Bool {
        guard stamp != settled else {
            pending = nil
            return true
        }
        let since = pending?.stamp == stamp ? pending?.sinceNanoseconds ?? now : now
        pending = (stamp, since)
        let isWhole = stamp.changes(since: settled).allSatisfy { name in
            isPutThere(stamp.files[name], settled.files[name], isMoved: moved.contains(name))
        }
        return isWhole || Span.between(since, now) >= PolicyLimits.quietNanoseconds
    }

    /// Takes note that these files were read whole.
    mutating func settle(_ stamp: PolicyStamp) {
        settled = stamp
        pending = nil
    }

    private func isPutThere(_ new: FileStamp?, _ old: FileStamp?, isMoved: Bool) -> Bool {
        // A file that is missing may be missing for a moment only.
        guard let new else { return false }
        if let old, new.target != old.target { return true }
        return isMoved && new.isAnother(than: old)
    }
}
