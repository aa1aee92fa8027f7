extension TilePlace {
    /// Reads the path of a tile of hashes, without `tile/` before it: canonical, or nil.
    package init?(hashesAt path: String) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard (2...6).contains(parts.count),
            let level = Self.number(parts.removeFirst(), below: Self.levels)
        else { return nil }
        var width = Self.fullWidth
        if parts.count > 1, parts[parts.count - 2].hasSuffix(".p") {
            guard let count = Self.number(parts.removeLast(), below: Self.fullWidth), count > 0
            else { return nil }
            width = count
            parts.append(parts.removeLast().dropLast(2))
        }
        var index: UInt64 = 0
        for (place, part) in parts.enumerated() {
            let digits = place == parts.count - 1 ? part : part.dropFirst()
            guard digits.utf8.count == 3, let number = Int(digits),
                digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
            index = index * 1000 + UInt64(number)
        }
        self.init(.hashes(level: level), index: index, width: width)
        // Whatever was passed over shows here: another place, or the same in another spelling.
        guard self.path == "tile/" + path else { return nil }
    }

    private static func number(_ text: Substring, below end: Int) -> Int? {
        guard let number = Int(text), (0..<end).contains(number), String(number) == text else {
            return nil
        }
        return number
    }
}
