import Testing
import Text

@Suite struct QuotationTests {
    @Test(arguments: [
        ("api", #""api""#), ("Zürich 東京", #""Zürich 東京""#), (#"a"b\c"#, #""a\"b\\c""#),
        ("a\nb\u{1B}[2J", #""a\u{A}b\u{1B}[2J""#), ("\u{9B}31m", #""\u{9B}31m""#),
        ("\u{202E}cod\u{2066}\u{200F}", #""\u{202E}cod\u{2066}\u{200F}""#),
        ("a\u{2028}b", #""a\u{2028}b""#), ("\u{FEFF}x", #""\u{FEFF}x""#), ("", #""""#),
    ])
    func showsOutsideTextWithoutLettingItAct(text: String, expected: String) {
        #expect(quote(text) == expected)
    }

    @Test func cutsLongText() {
        let long = String(repeating: "x", count: 101)
        #expect(quote(long) == "\"\(String(repeating: "x", count: 100))...\"")
        #expect(quote(String(long.dropLast())) == "\"\(String(repeating: "x", count: 100))\"")
    }

    @Test func escapesAWholeMessageAndKeepsItsLineEnds() {
        let long = String(repeating: "x", count: 300) + "\u{202E}\n\u{9B}y"
        #expect(Quotation.escaped(long).hasSuffix(#"x\u{202E}\u{A}\u{9B}y"#))
        #expect(Quotation.escaped(long, keeping: "\n").hasSuffix("x\\u{202E}\n\\u{9B}y"))
        #expect(Quotation.escaped("it's \"so\" \\ Zürich") == "it's \"so\" \\ Zürich")
    }

    @Test func escapesInJSONWhatJSONLetsThrough() {
        let text = "{\"a\u{202E}\": \"\u{9B}\u{7F}\u{E0001} Zürich\"}\n"
        #expect(
            Quotation.escaped(json: text)
                == #"{"a\u202e": "\u009b\u007f\udb40\udc01 Zürich"}"# + "\n")
    }

    @Test func escapesOnlyTheMarkThatIsUsed() {
        #expect(Quotation.quote("it's \"so\"", by: "'") == #"'it\'s "so"'"#)
        #expect(Quotation.cut("it's\t\"so\"") == #"it's\u{9}"so""#)
    }
}

@Suite struct SuggestionTests {
    @Test func findsTheNearestName() {
        let known = ["address", "port", "metadata"]
        #expect(Suggestion.nearest(to: "adress", among: known) == "address")
        #expect(Suggestion.nearest(to: "Prot", among: known) == "port")
        #expect(Suggestion.nearest(to: "weight", among: known) == nil)
        #expect(Suggestion.nearest(to: "meta", among: known) == nil)
        #expect(Suggestion.nearest(to: "", among: known) == nil)
        #expect(Suggestion.hint(for: "metdata", among: known) == "did you mean 'metadata'?")
        #expect(Suggestion.nearest(to: String(repeating: "a", count: 101), among: known) == nil)
    }
}
