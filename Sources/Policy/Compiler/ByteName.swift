/// A name as a dictionary's key, compared byte for byte.
///
/// Swift's strings are equal, and hash alike, where only their characters look the same.
struct ByteName: Hashable, Sendable {
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    init(_ parts: [String]) {
        // Policies hold no control characters, so a zero byte keeps the parts apart.
        bytes = Array(parts.map { Array($0.utf8) }.joined(separator: [0]))
    }
}
