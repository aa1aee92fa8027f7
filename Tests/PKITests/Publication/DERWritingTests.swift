@testable import PKI
import SwiftASN1
import Testing

typealias DERWriter = DER.Serializer

/// Numbers and times as lists and answers have them.
@Suite struct DERWritingTests {
    private func written(_ body: (inout DERWriter) -> Void) -> [UInt8] {
        var writer = DERWriter()
        body(&writer)
        return writer.serializedBytes
    }

    @Test(
        arguments: [
            ([], [2, 1, 0]), ([0, 0], [2, 1, 0]), ([0x7F], [2, 1, 0x7F]),
            ([0x80], [2, 2, 0, 0x80]), ([0, 0xFF, 1], [2, 3, 0, 0xFF, 1]),
        ] as [([UInt8], [UInt8])])
    func aNumberIsNeverNegative(bytes: [UInt8], der: [UInt8]) {
        #expect(written { $0.integer(bytes) } == der)
    }

    /// RFC 5280 section 4.1.2.5.
    @Test(
        arguments: [
            (2_524_607_999, 0x17, "491231235959Z"), (2_524_608_000, 0x18, "20500101000000Z"),
            (-5, 0x17, "700101000000Z"), (Int64.max, 0x18, "99991231235959Z"),
        ] as [(Int64, UInt8, String)])
    func timesFrom2050OnHaveFourDigitsForTheYear(seconds: Int64, tag: UInt8, text: String) {
        let der = written { $0.time(seconds: seconds) }
        #expect(der == [tag, UInt8(text.utf8.count)] + Array(text.utf8))
    }
}
