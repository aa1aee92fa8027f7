/// What a person types to say which device is meant: 8 consonants, so that no words come about (RFC 8628 section 6.1).
package struct UserCode: Hashable, Sendable {
    private static let alphabet = Array("BCDFGHJKLMNPQRSTVWXZ".utf8)
    private static let count = 8

    private let letters: [UInt8]

    /// A new one: 34 random bits, good for ten minutes.
    init() {
        var numbers = SystemRandomNumberGenerator()
        letters = (0..<Self.count).compactMap { _ in
            Self.alphabet.randomElement(using: &numbers)
        }
    }

    /// Reads what was typed, in any case, with or without what parts it; nil for what is none.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.typedBytesMax else { return nil }
        let letters = text.utf8.filter { !Self.parting.contains($0) }.map { $0 & 0xDF }
        guard letters.count == Self.count, letters.allSatisfy(Self.alphabet.contains) else {
            return nil
        }
        self.letters = letters
    }

    private static let parting = Array("- ".utf8)
    private static let typedBytesMax = 32
}

extension UserCode: CustomStringConvertible {
    /// As it is shown: `WDJB-MJHT`.
    package var description: String {
        let text = String(decoding: letters, as: UTF8.self)
        return "\(text.prefix(4))-\(text.dropFirst(4))"
    }
}
