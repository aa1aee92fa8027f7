import Testing
import Text

/// Hexadecimal digits are read in pairs, and nothing else is.
@Suite struct HexBytesTests {
    @Test func pairsOfDigitsAreBytes() {
        #expect(hexBytes("") == [])
        #expect(hexBytes("00fF7a") == [0x00, 0xFF, 0x7A])
    }

    @Test(arguments: ["0", "000", "0g", "g0", " 00", "0x00", "00 ", "００", "0\u{0}", "é"])
    func anythingElseIsNone(text: String) {
        #expect(hexBytes(text) == nil)
    }
}
