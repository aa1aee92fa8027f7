/// Finds what was probably meant by a name that isn't there.
public enum Suggestion {
    /// Bytes of a name; for a longer one nothing is looked for.
    public static let bytesMax = 100

    /// `did you mean 'x'?`, when one of the candidates is close enough.
    public static func hint(for text: String, among candidates: some Sequence<String>) -> String? {
        nearest(to: text, among: candidates).map { "did you mean '\($0)'?" }
    }

    /// The candidate with the fewest edits, if a third of its characters or fewer are wrong.
    public static func nearest(
        to text: String, among candidates: some Sequence<String>
    ) -> String? {
        guard text.utf8.count <= bytesMax else { return nil }
        let given = Array(text.lowercased().utf8)
        var best: (distance: Int, candidate: String)?
        for candidate in candidates {
            let wanted = Array(candidate.lowercased().utf8)
            guard abs(wanted.count - given.count) <= 3 else { continue }
            let distance = distance(given, wanted)
            guard distance <= max(1, wanted.count / 3) else { continue }
            if let found = best, (found.distance, found.candidate) <= (distance, candidate) {
                continue
            }
            best = (distance, candidate)
        }
        return best?.candidate
    }

    /// Insertions, deletions, replacements and swaps of neighbours between two words.
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for (row, byte) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var cost = min(
                    current[column] + 1, last[column + 1] + 1,
                    last[column] + (byte == other ? 0 : 1))
                if row > 0, column > 0, byte == second[column - 1], first[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[second.count]
    }
}
