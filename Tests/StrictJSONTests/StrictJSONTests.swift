import StrictJSON
import Testing

@Suite struct StrictJSONTests {
    @Test func keepsMembersInOrderAndNumbersAsWritten() throws {
        let value = try StrictJSON.parse(Array(#"{"b":1.50,"a":[true,null,"x"]}"#.utf8))
        var writer = JSONWriter()
        writer.value(value)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"b":1.50,"a":[true,null,"x"]}"#)
    }

    @Test func resolvesEscapesAndSurrogatePairs() throws {
        let value = try StrictJSON.parse(Array(#""a\/\n\u00e9\ud83d\ude00""#.utf8))
        #expect(value.string == "a/\né😀")
    }

    @Test func writesStringsThatParseBack() throws {
        let text = "\u{0}\u{1f}\"\\/\n\r\té😀"
        var writer = JSONWriter()
        writer.string(text)
        #expect(try StrictJSON.parse(writer.bytes).string == text)
        #expect(!writer.bytes.contains(0x0A))
    }

    @Test(arguments: [
        ("", "line 1, column 1: unexpected end of text"),
        ("{", "line 1, column 2: expected a member name"),
        (#"{"a":1,"a":2}"#, "line 1, column 8: duplicate member \"a\""),
        (#"{"a":1,"\u0061":2}"#, "line 1, column 8: duplicate member \"a\""),
        (#"{"a" 1}"#, "line 1, column 6: expected ':' after a member name"),
        (#"{"a":1,}"#, "line 1, column 8: expected a member name"),
        ("[1,]", "line 1, column 4: unexpected character, expected a value"),
        ("[1 2]", "line 1, column 4: expected ',' or ']'"),
        ("1 2", "line 1, column 3: unexpected text after the value"),
        ("{}\n{}", "line 2, column 1: unexpected text after the value"),
        ("01", "line 1, column 2: unexpected text after the value"),
        ("-", "line 1, column 2: expected a digit"),
        ("1.", "line 1, column 3: expected a digit"),
        ("1e+", "line 1, column 4: expected a digit"),
        ("+1", "line 1, column 1: unexpected character, expected a value"),
        ("NaN", "line 1, column 1: unexpected character, expected a value"),
        ("nul", "line 1, column 1: expected \"null\""),
        ("\"a", "line 1, column 1: unterminated string"),
        ("\"a\\", "line 1, column 3: unterminated string"),
        ("\"a\tb\"", "line 1, column 3: control character in a string must be escaped"),
        (#""\x""#, "line 1, column 2: unknown escape in a string"),
        (#""\u12""#, "line 1, column 2: expected four hexadecimal digits after \\u"),
        (#""\ud800""#, "line 1, column 2: lone surrogate in a string"),
        (#""\udc00\ud800""#, "line 1, column 2: lone surrogate in a string"),
        (#""\ud800\u0041""#, "line 1, column 2: lone surrogate in a string"),
        ("// c\n1", "line 1, column 1: unexpected character, expected a value"),
        ("\u{FEFF}1", "line 1, column 1: unexpected character, expected a value"),
    ])
    func refuses(text: String, message: String) {
        let error = #expect(throws: JSONError.self) { try StrictJSON.parse(Array(text.utf8)) }
        #expect(error?.description == message)
    }

    @Test func refusesBytesThatAreNotUTF8() {
        let error = #expect(throws: JSONError.self) {
            try StrictJSON.parse([0x22, 0xC3, 0x28, 0x22])
        }
        #expect(error?.message == "string is not valid UTF-8")
    }

    @Test func refusesWhatIsOverALimit() {
        let limits = JSONLimits(bytesMax: 64, depthMax: 3, valuesMax: 5)
        for text in ["[[[[1]]]]", "[1,2,3,4,5]", String(repeating: " ", count: 65)] {
            #expect(throws: JSONError.self) {
                try StrictJSON.parse(Array(text.utf8), limits: limits)
            }
        }
    }

    /// A log's numbers have one spelling; a body's whole numbers may have any.
    @Test(arguments: [
        ("7", 7), ("8080.0", 8080), ("8.08e3", 8080), ("80800e-1", 8080), ("-1.50E+1", -15),
        ("0e999", 0), ("-0.0", 0), ("0.00", 0), ("9223372036854775807.0", Int64.max),
        ("1.5", nil), ("15e-1", nil), ("0.1", nil), ("1e-500", nil), ("1e500", nil), ("1e19", nil),
        ("9223372036854775808.0", nil), ("1e99999999999999999999", nil), ("5e-1", nil),
    ])
    func readsWholeNumbersInAnySpelling(text: String, whole: Int64?) throws {
        guard case .number(let number) = try StrictJSON.parse(Array(text.utf8)) else {
            Issue.record("\(text) is no number")
            return
        }
        #expect(number.whole == whole)
        if text.contains(where: { ".eE".contains($0) }) { #expect(number.integer == nil) }
    }

    @Test func survivesDeepNesting() {
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)
        #expect(throws: JSONError.self) { try StrictJSON.parse(deep) }
    }
}
