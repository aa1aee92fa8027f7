import Testing
import Text

/// Spellings of one name are one, and other names stay others.
@Suite struct FoldedNameTests {
    @Test(arguments: [
        "alice", "Alice", "ALICE", " alice", "alice\u{20}\t", "ａｌｉｃｅ", "ＡＬＩＣＥ", "al\u{200B}ice",
        "a\u{AD}lice", "\u{FEFF}alice", "ali\u{200D}ce", "alice\u{FE0F}", "\u{1D41A}lice", "ⓐlice",
    ])
    func oneNameInAllItsSpellings(spelling: String) {
        #expect(FoldedName(spelling) == FoldedName("alice"))
    }

    @Test(arguments: [
        ("straße", "STRASSE"), ("müller", "mu\u{308}ller"), ("müller", "MÜLLER"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("\u{212A}ate", "kate"), ("ﬁona", "FIONA"),
        ("o\u{17F}car", "oscar"), ("idp/a", "IDP/A"),
    ])
    func caseAndCompositionAreNoDifference(one: String, other: String) {
        #expect(FoldedName(one) == FoldedName(other))
    }

    @Test(arguments: [
        ("alice", "аlice"), ("alice", "alíce"), ("alice", "al ice"), ("alice", "alicе"),
        ("paypal", "paypaІ"), ("a/b", "a∕b"), ("alice", ""), ("alice", "bob"),
    ])
    func whatOnlyLooksAlikeIsAnother(one: String, other: String) {
        #expect(FoldedName(one) != FoldedName(other))
    }

    @Test func aNameOfNothingVisibleIsEmpty() {
        #expect(FoldedName("\u{200B}\u{AD} \t").isEmpty)
        #expect(!FoldedName("x").isEmpty)
    }
}
