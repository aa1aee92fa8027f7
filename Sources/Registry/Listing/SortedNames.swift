/// Names in the order of their code units, each once, in runs of bounded length: adding one to very many moves few.
struct SortedNames: Sendable {
    /// INVARIANT: no run is empty, each is sorted, and all of one come before all of the next.
    private var runs: [[String]] = []

    private static let runMax = 512

    var isEmpty: Bool { runs.isEmpty }

    mutating func insert(_ name: String) {
        guard !runs.isEmpty else { return runs.append([name]) }
        let run = self.run(of: name)
        let position = runs[run].countOfPrefix { $0.comes(before: name) }
        if position < runs[run].count, !name.comes(before: runs[run][position]) { return }
        runs[run].insert(name, at: position)
        guard runs[run].count > SortedNames.runMax else { return }
        let half = runs[run].count / 2
        runs.insert(Array(runs[run][half...]), at: run + 1)
        runs[run].removeSubrange(half...)
    }

    mutating func remove(_ name: String) {
        guard !runs.isEmpty else { return }
        let run = self.run(of: name)
        let position = runs[run].countOfPrefix { $0.comes(before: name) }
        guard position < runs[run].count, !name.comes(before: runs[run][position]) else { return }
        runs[run].remove(at: position)
        if runs[run].isEmpty { runs.remove(at: run) }
    }

    /// The names that come after one, so many at most; from the first where it is nil.
    func names(after name: String?, most: Int) -> [String] {
        guard !runs.isEmpty else { return [] }
        var run = name.map { self.run(of: $0) } ?? 0
        var position = name.map { name in runs[run].countOfPrefix { !name.comes(before: $0) } } ?? 0
        var found: [String] = []
        while run < runs.count, found.count < most {
            found += runs[run][position...].prefix(most - found.count)
            run += 1
            position = 0
        }
        return found
    }

    /// The last run that begins with the name or one before it; the first if none does.
    private func run(of name: String) -> Int {
        max(0, runs.countOfPrefix { !name.comes(before: $0[0]) } - 1)
    }
}

extension Array {
    /// How many elements at the front fulfil a condition that holds for those and for no other.
    func countOfPrefix(where holds: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension String {
    /// Whether it comes first in the order of code units.
    func comes(before other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}
