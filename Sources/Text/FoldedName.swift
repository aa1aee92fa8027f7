internal import Foundation

/// An account's name as people mean it: spellings that differ in case, width, composition, invisible characters or spaces around it are one.
///
/// NFKC and case folding, without what can't be seen (Unicode Standard section 3.13, toNFKC_Casefold). For whatever must catch more rather
/// than less: a lock, a counter of failures. What lets somebody in compares by ``ExactText``. A letter of another script that looks
/// alike stays another letter.
public struct FoldedName: Hashable, Sendable {
    private let bytes: [UInt8]

    /// Folds a name.
    public init(_ name: String) {
        let isPlain = name.utf8.allSatisfy { $0 < 0x80 }
        let folded = isPlain ? name.lowercased() : Self.folded(name)
        let space = UInt8(ascii: " ")
        let rest = folded.utf8.drop { $0 <= space }
        bytes = Array(rest.reversed().drop { $0 <= space }.reversed())
    }

    /// What is left of the name.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether nothing is left of the name.
    public var isEmpty: Bool { bytes.isEmpty }

    private static func folded(_ name: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in name.precomposedStringWithCompatibilityMapping.unicodeScalars
        where !scalar.properties.isDefaultIgnorableCodePoint {
            // By way of the capital, so that letters with several small forms are one.
            for capital in scalar.properties.uppercaseMapping.unicodeScalars {
                scalars.append(contentsOf: capital.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return String(scalars).precomposedStringWithCompatibilityMapping
    }
}
