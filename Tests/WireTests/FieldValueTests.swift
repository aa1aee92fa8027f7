import Testing

@testable import Wire

/// Field values are looked at several bytes at once; every byte counts at every place (RFC 9110 section 5.5).
@Suite struct FieldValueTests {
    @Test(arguments: [1, 7, 8, 9, 31, 32, 33, 40, 63, 64, 71])
    func anyControlByteAtAnyPlaceIsSeen(length: Int) {
        for place in 0..<length {
            for byte in UInt8.min ... .max {
                var value = [UInt8](repeating: UInt8(ascii: "a"), count: length)
                value[place] = byte
                let isAllowed = byte == 0x09 || (byte >= 0x20 && byte != 0x7F)
                #expect(value.withUnsafeBytes(Bytes.isFieldValue) == isAllowed)
            }
        }
    }

    @Test func tabsAndBytesBeyondASCIIHideNoControlByteBesideThem() {
        for place in 0..<64 {
            var value = [UInt8](repeating: 0x09, count: 64)
            value[63 - place] = 0xFF
            #expect(value.withUnsafeBytes(Bytes.isFieldValue))
            value[place] = 0x0A
            #expect(!value.withUnsafeBytes(Bytes.isFieldValue))
        }
    }
}
