/// A name as a dictionary's key, compared byte for byte.
struct ByteName: Hashable, Sendable {
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    init(_ parts: String...) {
        // A zero byte stands in no name, so it keeps the parts apart.
        bytes = Array(parts.map { Array($0.utf8) }.joined(separator: [0]))
    }
}
