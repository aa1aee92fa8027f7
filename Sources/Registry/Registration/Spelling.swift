/// Finds the known word that a misspelt one was meant to be.
enum Spelling {
    /// The known word with the fewest edits, at most two and fewer than half its length.
    static func nearest(to word: String, among known: [String]) -> String? {
        guard word.utf8.count <= RegistryLimits.nameBytesMax else { return nil }
        let lowered = Array(word.lowercased().utf8)
        let ranked = known.map { (name: $0, edits: edits(lowered, Array($0.lowercased().utf8))) }
        guard let best = ranked.min(by: { $0.edits < $1.edits }), best.edits <= 2 else {
            return nil
        }
        return best.edits * 2 < best.name.utf8.count ? best.name : nil
    }

    /// The Levenshtein distance, one row of the table at a time.
    private static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (line, byte) in left.enumerated() {
            var diagonal = line
            var current = [line + 1]
            for (above, other) in zip(row.dropFirst(), right) {
                let before = current.last ?? 0
                current.append(min(above + 1, before + 1, diagonal + (byte == other ? 0 : 1)))
                diagonal = above
            }
            row = current
        }
        return row.last ?? 0
    }
}
