import Testing
import Text

@Suite struct ExactTextTests {
    /// Pairs that Swift's strings take for the same.
    static let twins = [
        ("\u{E9}", "e\u{301}"), ("\u{212A}", "K"), ("\u{37E}", ";"), ("\u{1FEF}", "`"),
    ]

    @Test(arguments: twins)
    func twoSpellingsAreTwoTexts(one: String, other: String) {
        #expect(one == other, "not a pair that this test is about")
        #expect(!one.isExactly(other))
        #expect(one.isExactly(String(decoding: Array(one.utf8), as: UTF8.self)))
        #expect(Set([ExactText(one), ExactText(other), ExactText(one)]).count == 2)
    }
}
